"""A recording analysed on a thread of its own."""

import io
import threading
from collections.abc import Callable

import pytest

from emotion.pictures import PictureReader
from emotion.recording_job import UNWANTED_S, RecordingJob
from tests.fakes import ConstantBackend, constant_classifier
from tests.films import film
from tests.scenes import on_background


@pytest.fixture(scope="module")
def face_film(astronaut) -> bytes:
    return film([on_background(astronaut, 320, 240)] * 60, rate=10)


def job(
    content: bytes, annotate: bool = False, backend: ConstantBackend | None = None, **how: Callable
) -> RecordingJob:
    classifier = constant_classifier(backend or ConstantBackend(happy=0.9))
    return RecordingJob(content, classifier, 2.0, annotate, "class.mp4", **how)


class Waiting(ConstantBackend):
    """Goes on when it is told to."""

    def __init__(self) -> None:
        super().__init__(happy=0.9)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, faces):
        self.begun.set()
        self.go_on.wait(30)
        return super().__call__(faces)


def test_it_ends_with_a_lesson_and_a_drawn_video(face_film):
    threads = {*threading.enumerate()}
    running = job(face_film, annotate=True)
    running.wait(60)
    assert not running.running
    assert running.error == ""
    result = running.result
    assert result.lesson.title == "class.mp4"
    assert [window.start_s for window in result.lesson.windows] == [0, 5]
    assert (result.truncated, result.cancelled) == (False, False)
    with PictureReader(io.BytesIO(result.annotated), rate=30) as reader:
        assert len([*reader]) == 12
    assert running.progress.fraction == pytest.approx(1, abs=0.1)
    assert {*threading.enumerate()} <= threads


def test_a_cancelled_one_gives_what_there_is(face_film):
    slow = Waiting()
    running = job(face_film, backend=slow)
    assert slow.begun.wait(30)
    running.cancel()
    slow.go_on.set()
    running.wait(30)
    assert running.result.cancelled
    assert not running.result.truncated
    assert len(running.result.lesson.windows) == 1


@pytest.mark.parametrize("annotate", [False, True])
def test_what_is_no_recording_is_told_by_its_name(annotate):
    running = job(b"PK\x03\x04" + bytes(500), annotate)
    running.wait(30)
    assert running.result is None
    assert running.error == "class.mp4: it is no video that can be read (MP4, WebM, MOV or AVI)"


def test_a_failure_of_ours_is_told_too(face_film):
    class Broken(ConstantBackend):
        def __call__(self, faces):
            raise RuntimeError("model lost")

    running = job(face_film, backend=Broken())
    running.wait(30)
    assert running.error == "class.mp4 could not be analysed (RuntimeError: model lost)"


def test_one_at_a_time_and_who_waits_can_be_cancelled(face_film):
    slow = Waiting()
    first = job(face_film, backend=slow)
    assert slow.begun.wait(30)
    second, third = job(face_film), job(face_film)
    second.wait(1.0)
    assert (first.waits, second.waits, third.waits) == (False, True, True)
    third.cancel()
    third.wait(30)
    assert third.error == "class.mp4: cancelled before it began"
    slow.go_on.set()
    for running in (first, second):
        running.wait(30)
        assert running.result.lesson.windows


def test_a_recording_whose_page_is_gone_is_given_up_and_lets_the_next_begin(face_film):
    slow, s, there = Waiting(), 0.0, True
    running = job(face_film, backend=slow, wanted=lambda: there, clock=lambda: s)
    assert slow.begun.wait(30)
    there, s = False, UNWANTED_S + 1
    slow.go_on.set()
    running.wait(30)
    assert running.result.cancelled
    assert len(running.result.lesson.windows) == 1


def test_a_page_that_is_away_for_a_moment_keeps_its_recording(face_film):
    s = 0.0

    def clock() -> float:
        nonlocal s
        s += UNWANTED_S / 3
        return s

    answers = iter([True, False, False] * 100)
    running = job(face_film, wanted=lambda: next(answers), clock=clock)
    running.wait(30)
    assert not running.result.cancelled
    assert len(running.result.lesson.windows) == 2

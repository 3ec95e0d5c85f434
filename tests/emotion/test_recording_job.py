"""A recording analysed on a thread of its own."""

import io
import threading

import pytest

from emotion.pictures import PictureReader
from emotion.recording_job import RecordingJob
from tests.fakes import ConstantBackend, constant_classifier
from tests.films import film
from tests.scenes import on_background


@pytest.fixture(scope="module")
def face_film(astronaut) -> bytes:
    return film([on_background(astronaut, 320, 240)] * 60, rate=10)


def job(content: bytes, annotate: bool = False, backend: ConstantBackend | None = None) -> RecordingJob:
    return RecordingJob(content, constant_classifier(backend or ConstantBackend(happy=0.9)), 2.0, annotate, "class.mp4")


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
    begun, go_on = threading.Event(), threading.Event()

    class Waiting(ConstantBackend):
        def __call__(self, faces):
            begun.set()
            go_on.wait(30)
            return super().__call__(faces)

    running = job(face_film, backend=Waiting(happy=0.9))
    assert begun.wait(30)
    running.cancel()
    go_on.set()
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

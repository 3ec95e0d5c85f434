"""The lesson that is going on: windows, pause, stop, erase, markers; from several threads."""

import threading
from datetime import UTC, datetime

import pytest

from emotion.lesson import WINDOW_S
from emotion.recorder import LONGEST_S, LONGEST_TEXT, MOST_MARKERS, LessonRecorder, LessonState
from tests.fakes import make_face

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
def recorder() -> LessonRecorder:
    return LessonRecorder("network", today=lambda: NOON)


def record(recorder: LessonRecorder, since: float, until: float, step: float = 1.0) -> None:
    at = since
    while at < until:
        recorder.record([make_face(happy=0.9)], at)
        at += step


def starts(recorder: LessonRecorder) -> list[float]:
    return [window.start_s for window in recorder.snapshot().windows]


def test_a_lesson_begins_with_its_first_picture(recorder):
    assert recorder.state is LessonState.EMPTY
    assert recorder.snapshot().windows == ()
    record(recorder, 1000.0, 1012.0)
    lesson = recorder.snapshot()
    assert recorder.state is LessonState.RUNNING
    assert (lesson.model, lesson.source, lesson.started, lesson.ended) == ("network", "camera", NOON, None)
    assert starts(recorder) == [0.0, 5.0]
    assert lesson.windows[0].faces_seen == 1
    assert recorder.elapsed_s(1012.0) == 12.0


def test_a_pause_is_a_gap(recorder):
    record(recorder, 0.0, 10.0)
    recorder.pause()
    assert recorder.state is LessonState.PAUSED
    record(recorder, 10.0, 22.0)
    recorder.resume()
    record(recorder, 22.0, 31.0)
    assert starts(recorder) == [0.0, 5.0, 20.0, 25.0]


def test_a_pause_within_a_window_leaves_one_window(recorder):
    record(recorder, 0.0, 2.0)
    recorder.pause()
    recorder.resume()
    record(recorder, 3.0, 6.0)
    assert starts(recorder) == [0.0]


def test_a_stopped_lesson_stays_until_it_is_erased(recorder):
    record(recorder, 0.0, 7.0)
    recorder.stop()
    assert starts(recorder) == [0.0, 5.0], "the window that was open counts"
    assert recorder.snapshot().ended == NOON
    record(recorder, 7.0, 30.0)
    assert starts(recorder) == [0.0, 5.0]
    recorder.resume()
    assert recorder.state is LessonState.STOPPED
    recorder.title = "Fractions"
    recorder.erase()
    assert (recorder.state, recorder.title, recorder.snapshot().windows) == (LessonState.EMPTY, "", ())
    record(recorder, 50.0, 56.0)
    assert starts(recorder) == [0.0]


def test_after_an_erasure_that_waits_nothing_is_counted_until_it_is_begun():
    recorder = LessonRecorder("network")
    recorder.record([], 0.0)
    recorder.erase(wait=True)
    for second in range(20):
        recorder.record([], float(second))
    assert recorder.state is LessonState.WAITING
    assert recorder.snapshot().windows == ()
    recorder.begin()
    recorder.record([], 20.0)
    assert recorder.state is LessonState.RUNNING
    recorder.begin()
    assert recorder.state is LessonState.RUNNING


def test_markers_are_stamped_in_seconds_of_the_lesson(recorder):
    with pytest.raises(ValueError, match="there is no lesson to mark: press START first"):
        recorder.mark("Quiz", 1.0)
    record(recorder, 100.0, 101.0)
    recorder.mark("  New \n topic ", 130.0)
    assert [(m.at_s, m.text) for m in recorder.snapshot().markers] == [(30.0, "New topic")]
    with pytest.raises(ValueError, match="a marker needs a word"):
        recorder.mark(" ", 131.0)
    with pytest.raises(ValueError, match="at most 60 characters, this one has 61"):
        recorder.mark("x" * (LONGEST_TEXT + 1), 131.0)
    for _ in range(MOST_MARKERS - 1):
        recorder.mark("x", 131.0)
    with pytest.raises(ValueError, match="at most 200 markers"):
        recorder.mark("x", 131.0)
    recorder.stop()
    with pytest.raises(ValueError, match="no lesson to mark"):
        recorder.mark("late", 140.0)


def test_a_forgotten_lesson_ends_by_itself(recorder):
    record(recorder, 0.0, LONGEST_S + 100.0, step=4.0)
    assert recorder.state is LessonState.STOPPED
    assert len(starts(recorder)) == LONGEST_S / WINDOW_S


def test_another_stream_s_late_picture_goes_into_the_present(recorder):
    recorder.record([make_face()], 10.0)
    recorder.record([make_face()], 17.0)
    recorder.record([make_face()], 12.0)
    recorder.stop()
    assert starts(recorder) == [0.0, 5.0]
    assert recorder.snapshot().windows[1].faces_seen == 1


def test_it_may_be_read_and_steered_while_it_records(recorder):
    done = threading.Event()

    def run() -> None:
        record(recorder, 0.0, 2000.0, step=0.5)
        done.set()

    thread = threading.Thread(target=run)
    thread.start()
    while not done.is_set():
        found = starts(recorder)
        assert found == sorted(set(found))
        recorder.pause()
        recorder.resume()
    thread.join()
    assert recorder.state in {LessonState.RUNNING, LessonState.PAUSED}

"""What the page knows of the last seconds."""

import threading

import pytest

from emotion.labels import EMOTIONS, Emotion
from emotion.timeline import MoodTimeline
from tests.fakes import make_face


def test_nothing_seen_says_nothing():
    mood = MoodTimeline().mood(now=5.0)
    assert (mood.faces, mood.unsure, dict(mood.shares)) == (0, 0, {})


def test_shares_are_the_mean_probabilities_of_all_faces():
    timeline = MoodTimeline()
    timeline.record([make_face(happy=1.0), make_face(sad=1.0)], at=1.0)
    timeline.record([make_face(happy=1.0), make_face(happy=1.0)], at=1.1)
    mood = timeline.mood(now=1.2)
    assert mood.shares[Emotion.HAPPY] == pytest.approx(0.75)
    assert mood.shares[Emotion.SAD] == pytest.approx(0.25)
    assert tuple(mood.shares) == EMOTIONS
    assert sum(mood.shares.values()) == pytest.approx(1)


def test_counts_are_those_of_the_newest_frame():
    timeline = MoodTimeline()
    timeline.record([make_face()] * 5, at=1.0)
    timeline.record([make_face(), make_face(happy=0.3, unsure_below=0.5)], at=1.1)
    mood = timeline.mood(now=1.2)
    assert (mood.faces, mood.unsure) == (2, 1)


def test_faces_that_left_are_counted_no_more_but_still_shape_the_window():
    timeline = MoodTimeline()
    timeline.record([make_face(happy=1.0)], at=1.0)
    timeline.record([], at=1.5)
    mood = timeline.mood(now=1.6)
    assert mood.faces == 0
    assert mood.shares[Emotion.HAPPY] == pytest.approx(1)


def test_old_frames_are_forgotten():
    timeline = MoodTimeline(keep_s=10)
    timeline.record([make_face(happy=1.0)], at=1.0)
    assert timeline.mood(now=4.5, window_s=3).shares == {}
    timeline.record([make_face(sad=1.0)], at=20.0)
    assert timeline.mood(now=20.0, window_s=60).shares[Emotion.SAD] == pytest.approx(1)


def test_memory_is_bounded_however_fast_frames_come():
    timeline = MoodTimeline(most_frames=50)
    for _ in range(1000):
        timeline.record([make_face()], at=1.0)
    assert len(timeline._frames) == 50


def test_clear_forgets_everything():
    timeline = MoodTimeline()
    timeline.record([make_face()], at=1.0)
    timeline.clear()
    assert timeline.mood(now=1.0).faces == 0


def test_a_stream_may_record_while_the_page_reads():
    timeline = MoodTimeline(keep_s=0.01)
    errors = []

    def read() -> None:
        try:
            for step in range(500):
                timeline.mood(now=step / 1000)
        except Exception as error:
            errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for step in range(500):
        timeline.record([make_face()], at=step / 1000)
    reader.join()
    assert not errors

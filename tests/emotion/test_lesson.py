"""Windows of a lesson: soft votes of readable faces, in order, none without a picture."""

import pytest

from emotion.faces import Box, Face
from emotion.labels import EMOTIONS, Emotion
from emotion.lesson import WINDOW_S, WindowCounter


def face(emotion: Emotion, probability: float = 0.94, obstacle: str | None = None) -> Face:
    rest = (1 - probability) / 6
    scores = {e: probability if e is emotion else rest for e in EMOTIONS}
    return Face(Box(0, 0, 50, 50), scores, 0.6, obstacle=obstacle)


def test_shares_are_the_mean_probabilities_of_readable_faces() -> None:
    counter = WindowCounter()
    counter.record([face(Emotion.HAPPY), face(Emotion.SAD)], 0.0)
    counter.record([face(Emotion.HAPPY), face(Emotion.SAD, obstacle="dark")], 1.0)
    window = counter.flush()
    assert window is not None
    assert sum(window.shares) == pytest.approx(1)
    assert window.shares[EMOTIONS.index(Emotion.HAPPY)] == pytest.approx((0.94 + 0.94 + 0.01) / 3)
    assert (window.faces_seen, window.faces_readable, window.unsure) == (2, 1.5, 0.25)


def test_a_window_ends_with_the_first_picture_of_the_next_one() -> None:
    counter = WindowCounter("network")
    assert counter.record([face(Emotion.HAPPY)], 0.0) is None
    ended = counter.record([], 3 * WINDOW_S + 1)
    assert ended is not None
    assert (ended.start_s, ended.model) == (0, "network")
    last = counter.flush()
    assert last is not None
    assert (last.start_s, last.shares, last.unsure, last.faces_seen) == (3 * WINDOW_S, (), 0.0, 0)


def test_nothing_counted_is_no_window() -> None:
    counter = WindowCounter()
    assert counter.flush() is None
    counter.record([], 0.0)
    assert counter.flush() is not None
    assert counter.flush() is None


def test_time_does_not_go_back() -> None:
    counter = WindowCounter()
    counter.record([], 2 * WINDOW_S)
    with pytest.raises(ValueError, match="1 s lies before 10 s"):
        counter.record([], 1.0)

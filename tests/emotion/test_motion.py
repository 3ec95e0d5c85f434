"""Where a face should be next."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotion.faces import Box
from emotion.motion import JITTER, SPEED, SPEED_LASTS_S, Motion, to_box, to_places

FIRST = np.array([0])


def moving(speed: float, period_s: float, frames: int, size: float = 100.0) -> Motion:
    """A face of `size` pixels that moves right at `speed` pixels a second."""
    motion = Motion()
    motion.add(np.array([[0.0, 50.0, size, size]]))
    for frame in range(1, frames):
        motion.advance(period_s)
        motion.correct(FIRST, np.array([[speed * period_s * frame, 50.0, size, size]]))
    return motion


@given(st.integers(-999, 999), st.integers(-999, 999), st.integers(1, 999), st.integers(1, 999))
def test_boxes_become_places_and_back(x, y, width, height):
    box = Box(x, y, x + width, y + height)
    back = to_box(to_places([box])[0])
    assert (back.width, back.height) == (width, height)
    assert abs(back.x1 - x) <= 1
    assert abs(back.y1 - y) <= 1


def test_a_place_without_area_is_a_box_all_the_same():
    assert to_box(np.array([5.0, 5.0, -3.0, 0.2])) == Box(6, 5, 7, 6)


@pytest.mark.parametrize("period_s", [1 / 30, 1 / 10, 1 / 5])
def test_a_moving_face_is_expected_ahead(period_s):
    motion = moving(speed=150, period_s=period_s, frames=round(1.5 / period_s))
    expected = motion.places[0, 0] + 150 * period_s
    assert motion.after(period_s)[0, 0] == pytest.approx(expected, abs=0.2 * 150 * period_s)


def test_a_lost_face_coasts_to_a_stop():
    motion = moving(speed=150, period_s=0.1, frames=20)
    seen_at = motion.places[0, 0]
    assert 75 < motion.after(1.0)[0, 0] - seen_at < 150
    assert motion.after(60.0)[0, 0] - seen_at < 1.1 * 150 * SPEED_LASTS_S


@given(st.lists(st.floats(0, 2), max_size=30))
def test_time_may_come_in_any_pieces(pieces):
    """However a second is cut up, what is expected after it is the same, and uncertainty stays a variance."""
    whole, cut = moving(80, 0.1, 10), moving(80, 0.1, 10)
    whole.advance(sum(pieces))
    for piece in pieces:
        cut.advance(piece)
    assert cut.places == pytest.approx(whole.places, abs=1e-6)
    assert cut.spread() == pytest.approx(whole.spread(), rel=1e-4)


def test_uncertainty_grows_while_a_face_is_missed_and_shrinks_when_it_is_seen():
    motion = moving(0, 0.1, 10)
    calm = motion.spread()[0]
    motion.advance(1.0)
    lost = motion.spread()[0]
    motion.correct(FIRST, motion.places)
    assert JITTER < calm < 4 * JITTER
    assert calm < lost < 2 * SPEED * SPEED_LASTS_S
    assert motion.spread()[0] < 2 * JITTER


def test_no_time_between_two_frames_is_no_infinite_speed():
    motion = moving(0, 0.1, 2)
    motion.advance(0.0)
    motion.correct(FIRST, np.array([[40.0, 50.0, 100.0, 100.0]]))
    assert np.isfinite(motion.after(1.0)).all()
    assert abs(motion.after(1.0)[0, 0]) < 400


def test_dropped_rows_leave_the_others_alone():
    motion = Motion()
    motion.add(np.array([[0.0, 0, 10, 10], [50, 0, 10, 10], [90, 0, 10, 10]]))
    motion.keep(np.array([True, False, True]))
    assert motion.places[:, 0].tolist() == [0, 90]
    assert motion.spread().shape == (2,)

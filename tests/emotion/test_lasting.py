"""Faces whose negative-like expression has lasted."""

from dataclasses import replace

import pytest

from emotion.lasting import FORGIVEN_S, LASTS_S, LastingWatch
from tests.fakes import make_face


def face(number: int, **known: float):
    return replace(make_face(**known), track_id=number)


def test_only_what_lasts_is_told():
    watch = LastingWatch()
    for second in range(int(LASTS_S)):
        assert watch.look([face(3, sad=0.9), face(4, happy=0.9)], second) == frozenset()
    assert watch.look([face(3, sad=0.9), face(4, happy=0.9)], LASTS_S) == {3}
    assert watch.look([face(4, happy=0.9)], LASTS_S + 0.1) == frozenset(), "a face that is not there is not told"


def test_another_kind_of_negative_goes_on_and_a_short_smile_is_forgiven():
    watch = LastingWatch(10)
    watch.look([face(1, sad=0.9)], 0)
    watch.look([face(1, angry=0.9)], 1.5)
    watch.look([face(1, happy=0.9)], 1.5 + FORGIVEN_S - 0.1)
    for at in (1.5 + FORGIVEN_S, *range(5, 11)):
        told = watch.look([face(1, fear=0.9)], at)
    assert told == {1}


def test_what_was_not_looked_at_has_not_lasted():
    """The teacher asked for numbers, then did not, then did again."""
    watch = LastingWatch(10)
    watch.look([face(1, sad=0.9)], 0)
    assert watch.look([face(1, sad=0.9)], 60) == frozenset()
    for at in range(61, 71):
        told = watch.look([face(1, sad=0.9)], at)
    assert told == {1}


def test_a_smile_that_stays_begins_anew():
    watch = LastingWatch(10)
    for at in range(9):
        watch.look([face(1, sad=0.9)], at)
    for at in range(9, 13):
        watch.look([face(1, happy=0.9)], at)
    assert watch.look([face(1, sad=0.9)], 13) == frozenset()
    assert watch.look([face(1, sad=0.9)], 14) == frozenset()


def test_unsure_faces_and_those_without_a_number_count_for_nothing():
    watch = LastingWatch(1)
    unsure = replace(make_face(sad=0.4, unsure_below=0.6), track_id=1)
    for at in range(5):
        assert watch.look([unsure, make_face(sad=0.9)], at) == frozenset()


def test_no_time_is_refused():
    with pytest.raises(ValueError, match="lasts_s must be more than 0 seconds, got 0"):
        LastingWatch(0)

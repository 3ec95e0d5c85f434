"""What a class's numbers say together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotion.labels import EMOTIONS
from emotion.lesson import WINDOW_S, Window
from emotion.mood import (
    GROUP_COLOURS,
    MEMBERS,
    Group,
    corrected,
    group_shares,
    in_a_sentence,
    mean_shares,
    tone,
    tone_change,
    wilson,
)
from tests.fakes import make_scores

seven_shares = st.lists(st.floats(0.001, 1), min_size=7, max_size=7).map(
    lambda values: tuple(v / sum(values) for v in values)
)


def shares(**known: float) -> tuple[float, ...]:
    return tuple(make_scores(**known).values())


def windows(since_s: float, until_s: float, readable: float = 20.0, **known: float) -> list[Window]:
    numbers = range(int(since_s // WINDOW_S), int(until_s // WINDOW_S))
    return [Window(n * WINDOW_S, shares(**known), 0.1, readable + 2, readable) for n in numbers]


def test_every_expression_is_in_one_group_and_every_group_has_a_colour():
    assert sorted(e for members in MEMBERS.values() for e in members) == sorted(EMOTIONS)
    assert set(GROUP_COLOURS) == set(Group)
    assert len(set(GROUP_COLOURS.values())) == len(Group)


@given(seven_shares)
def test_groups_share_out_the_whole(values):
    assert sum(group_shares(values).values()) == pytest.approx(1)
    assert -1 <= tone(values) <= 1


def test_no_shares_are_no_groups():
    assert group_shares(()) == {}


@given(st.floats(0, 1), st.floats(1, 60))
def test_an_interval_holds_its_share_and_narrows_with_faces(share, count):
    low, high = wilson(share, count)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1
    tighter = wilson(share, 4 * count)
    assert tighter[1] - tighter[0] < high - low


def test_an_interval_is_the_published_one():
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(0.3, 0) == (0.0, 1.0)


def test_means_weigh_windows_by_their_faces():
    mixed = [*windows(0, 5, readable=30, happy=1.0), *windows(5, 10, readable=10, sad=1.0)]
    mean, faces = mean_shares(mixed, 0, 10)
    assert mean[EMOTIONS.index("happy")] == pytest.approx(0.75)
    assert faces == 20
    assert mean_shares(mixed, 20, 30) == ((), 0.0)


def test_tone_is_compared_with_the_class_s_own_past():
    lesson = [*windows(0, 300, happy=0.5, sad=0.3), *windows(300, 360, happy=0.2, sad=0.5)]
    assert tone_change(lesson, 360) == pytest.approx(
        tone(shares(happy=0.2, sad=0.5)) - tone(shares(happy=0.5, sad=0.3))
    )
    assert tone_change(lesson[-12:], 360) is None, "no past"
    assert tone_change(lesson[:30], 360) is None, "no present"


@pytest.mark.parametrize(
    ("before", "now", "sentence"),
    [
        ({}, {}, ""),
        ({}, {"neutral": 0.8}, "Mostly neutral."),
        ({"neutral": 0.8}, {"neutral": 0.8}, "Mostly neutral; about as five minutes ago."),
        (
            {"neutral": 0.85, "happy": 0.05},
            {"neutral": 0.6, "happy": 0.35},
            "Mostly neutral; more smile-like expressions than five minutes ago.",
        ),
        (
            {"sad": 0.5, "neutral": 0.2},
            {"happy": 0.4, "neutral": 0.3},
            "Mixed: smile-like 40%, neutral 30%; fewer negative-like expressions than five minutes ago.",
        ),
    ],
)
def test_a_class_in_a_sentence(before, now, sentence):
    lesson = [*(windows(0, 60, **before) if before else []), *(windows(320, 340, **now) if now else [])]
    assert in_a_sentence(lesson, 340) == sentence


CONFUSION = 20 * np.eye(7) + np.random.default_rng(1).integers(1, 6, (7, 7))


@given(seven_shares)
def test_corrected_shares_are_shares(values):
    answer = corrected(values, CONFUSION)
    assert sum(answer) == pytest.approx(1)
    assert min(answer) >= 0


@given(seven_shares)
def test_a_network_without_mistakes_needs_no_correction(values):
    assert corrected(values, 30 * np.eye(7)) == pytest.approx(values, abs=1e-6)


def test_correction_takes_known_mistakes_out():
    true = np.array(shares(neutral=0.6, sad=0.3))
    observed = true @ (CONFUSION / CONFUSION.sum(axis=1, keepdims=True))
    answer = np.array(corrected(tuple(observed), CONFUSION))
    assert np.abs(answer - true).sum() < 0.5 * np.abs(observed - true).sum()
    assert corrected((), CONFUSION) == ()


@pytest.mark.parametrize("confusion", [np.eye(6), -np.eye(7), np.zeros((7, 7))])
def test_what_is_no_confusion_matrix_is_refused(confusion):
    with pytest.raises(ValueError, match=r"expected a confusion matrix \(7, 7\)"):
        corrected(shares(), confusion)

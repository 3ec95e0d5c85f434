"""The matching with the highest total, held to SciPy's."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import linear_sum_assignment

from emotion.assignment import best_pairs

matrices = hnp.arrays(
    float,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9),
    elements=st.one_of(st.just(0.0), st.floats(-1, 2)),  # many zeros: what may not be joined
)


def total(gains, pairs):
    return sum(gains[row, column] for row, column in pairs)


def scipys_total(gains):
    possible = np.maximum(gains, 0)
    return possible[linear_sum_assignment(possible, maximize=True)].sum()


@given(matrices)
@settings(max_examples=300, deadline=None)
def test_total_is_scipys_and_nobody_is_joined_twice_or_at_a_loss(gains):
    pairs = best_pairs(gains)
    assert total(gains, pairs) == pytest.approx(scipys_total(gains))
    assert all(gains[pair] > 0 for pair in pairs)
    for side in zip(*pairs, strict=True):
        assert len(set(side)) == len(side)


@pytest.mark.parametrize("shape", [(50, 50), (30, 60), (60, 30)])
def test_total_is_scipys_where_everything_is_possible(shape):
    gains = np.random.default_rng(7).uniform(0.1, 2, shape)
    assert total(gains, best_pairs(gains)) == pytest.approx(scipys_total(gains))


def test_the_total_counts_not_the_best_pair():
    assert best_pairs(np.array([[1.0, 0.9], [0.8, 0.1]])) == [(0, 1), (1, 0)]


def test_leaving_one_out_may_be_best():
    assert best_pairs(np.array([[0.2, 1.0], [0.0, 0.3]])) == [(0, 1)]


@pytest.mark.parametrize("gains", [np.zeros(3), np.array([[np.nan]]), np.array([[np.inf]])])
def test_what_is_no_matrix_of_numbers_is_refused(gains):
    with pytest.raises(ValueError, match="matrix of finite gains"):
        best_pairs(gains)


@pytest.mark.slow
def test_the_tracker_loads_no_scipy():
    code = "import sys, emotion.tracker; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0

"""Windows as a chart's and a table's rows."""

import itertools
import time

import numpy as np
import pytest

from emotion.labels import EMOTIONS, UNSURE
from emotion.lesson import WINDOW_S, Window
from emotion.mood import corrected
from emotion.series import MOST_POINTS, clock, names, parts_of, points, stacked, table
from tests.fakes import make_scores


def window(number: int, unsure: float = 0.25, seen: float = 4.0, readable: float = 3.0, **known: float) -> Window:
    shares = tuple(make_scores(**known).values()) if readable else ()
    return Window(number * WINDOW_S, shares, unsure, seen, readable)


def test_windows_stay_single_while_they_are_few_and_gaps_begin_segments():
    found = points([window(0), window(1), window(5), window(6, readable=0.0)])
    assert [(p.start_s, p.end_s, p.segment) for p in found] == [(0, 5, 0), (5, 10, 0), (25, 30, 1), (30, 35, 1)]
    assert found[3].shares == {}
    assert sum(found[0].shares.values()) == pytest.approx(1)
    assert tuple(found[0].shares) == names(in_groups=True)
    assert tuple(points([window(0)], in_groups=False)[0].shares) == tuple(EMOTIONS)


def test_only_what_is_shown_is_taken():
    assert [p.start_s for p in points([window(n) for n in range(10)], since_s=37.0)] == [35.0, 40.0, 45.0]


def test_a_long_lesson_becomes_few_points_that_keep_its_means():
    windows = [window(n, seen=n % 7 + 1, readable=n % 3, happy=0.1 + 0.8 * (n % 2)) for n in range(2880)]
    found = points(windows)
    assert len(found) <= MOST_POINTS
    assert found[-1].end_s == 2880 * WINDOW_S
    weights = np.array([p.faces_readable * (p.end_s - p.start_s) for p in found])
    means = np.array([p.shares.get("smile-like", 0.0) for p in found])
    whole = np.average([w.shares[3] if w.shares else 0 for w in windows], weights=[w.faces_readable for w in windows])
    assert np.average(means, weights=weights) == pytest.approx(whole)


def test_layers_stack_to_the_whole_with_unsure_on_top():
    rows = stacked(points([window(0, happy=0.9)]), in_groups=True)
    first = rows[: len(rows) // 2]
    assert [row["name"] for row in first] == [*names(True), UNSURE]
    assert all(a["high"] == b["low"] for a, b in itertools.pairwise(first))
    assert first[-1]["high"] == pytest.approx(1)
    assert first[0]["high"] == pytest.approx(0.9 * 0.75)
    assert [row["at"] for row in (rows[0], rows[-1])] == [0, 4.99]


def test_a_window_without_a_readable_face_has_only_unsure_ones():
    rows = stacked(points([window(0, unsure=1.0, readable=0.0)]), in_groups=True)
    assert [row["high"] - row["low"] for row in rows[:5]] == [0, 0, 0, 0, 1]
    assert points([window(0, readable=0.0)])[0].interval("neutral") == (0.0, 1.0)


def test_the_table_has_the_newest_first():
    rows = table(points([window(0), window(13)]), in_groups=True)
    assert [row["from"] for row in rows] == ["1:05", "0:00"]
    assert rows[0] == {
        "from": "1:05",
        "smile-like": 1.0,
        "neutral": 0.0,
        "surprise-like": 0.0,
        "negative-like": 0.0,
        "unsure": 0.25,
        "faces seen": 4.0,
        "faces readable": 3.0,
    }
    assert clock(725) == "12:05"


def test_two_hours_are_prepared_in_time():
    windows = [window(n, happy=0.3) for n in range(1440)]
    confusion = np.eye(7) * 10 + 1
    began = time.perf_counter()
    found = points(windows, in_groups=False, correct=lambda shares: corrected(shares, confusion))
    stacked(found, in_groups=False)
    table(found, in_groups=False)
    assert time.perf_counter() - began < 1.5  # 0.03 s on a machine that does nothing else


def test_no_line_goes_over_a_time_in_which_nobody_could_be_read():
    found = points([window(0), window(1), window(2, readable=0.0), window(3, readable=0.0), window(4), window(9)])
    parts = [(part, point.start_s) for part, point in parts_of(found)]
    assert [start for _, start in parts] == [0, 5, 20, 45]
    assert parts[0][0] == parts[1][0]
    assert len({part for part, _ in parts}) == 3

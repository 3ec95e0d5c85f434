"""The search in pieces finds what the search of the whole picture finds."""

from itertools import pairwise

import numpy as np
import pytest

from emotion.detector import LIVE, HaarDetector
from emotion.faces import Box
from emotion.rounds import ROUND_S, Rounds, pieces, without_doubles
from tests.scenes import on_background


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1.0
        return self.seconds


@pytest.fixture
def rounds() -> Rounds:
    return Rounds(HaarDetector(LIVE), Clock())


@pytest.mark.parametrize("factor", [0.5, 1, 2])
def test_a_round_of_pieces_finds_what_one_search_finds(rounds, astronaut, factor):
    scene = on_background(astronaut, round(640 * factor), round(480 * factor))
    pyramid = LIVE.pyramid(scene)
    (whole,) = rounds.begin(pyramid)
    found = [box for frame in range(61) for box in rounds.go_on(pyramid, at=frame * ROUND_S / 60, until=1e9)]
    assert any(box.overlap(whole) > 0.7 for box in found)


def test_pieces_cover_every_row_of_every_copy_for_every_size():
    pyramid = LIVE.pyramid(np.zeros((720, 1280, 3), np.uint8))
    made = pieces(pyramid)
    for number, level in enumerate(pyramid.levels):
        for smallest in {piece.sizes[0] for piece in made if piece.level == number}:
            mine = sorted((p.top, p.bottom) for p in made if p.level == number and p.sizes[0] == smallest)
            assert mine[0][0] == 0
            assert mine[-1][1] == level.grey.shape[0]
            assert all(after[0] < before[1] for before, after in pairwise(mine))
    assert any(piece.sizes[1] == 0 for piece in made), "faces of any size are looked for on the smallest copy"


@pytest.fixture
def searched(rounds, monkeypatch) -> list:
    """What the detector was asked for since a round began."""
    asked: list = []
    rounds.begin(LIVE.pyramid(np.zeros((720, 1280, 3), np.uint8)))
    monkeypatch.setattr(rounds._detector, "windows", lambda *request: asked.append(request) or [])
    return asked


@pytest.mark.parametrize("rate", [8, 15, 30])
def test_a_round_takes_its_time_whatever_the_pace_of_the_frames(rounds, searched, rate):
    pyramid = LIVE.pyramid(np.zeros((720, 1280, 3), np.uint8))
    most = 0
    for frame in range(round(ROUND_S * rate) + 1):
        before = len(searched)
        rounds.go_on(pyramid, at=frame / rate, until=1e9)
        most = max(most, len(searched) - before)
    assert len(searched) == pytest.approx(len(pieces(pyramid)), abs=1)
    assert most <= len(pieces(pyramid)) / ROUND_S / rate + 1


def test_one_piece_a_frame_where_time_is_short_and_no_more_than_a_round_after_a_pause(rounds, searched):
    pyramid = LIVE.pyramid(np.zeros((720, 1280, 3), np.uint8))
    rounds.go_on(pyramid, at=0.0, until=0)
    rounds.go_on(pyramid, at=1.0, until=0)
    assert len(searched) == 1
    rounds.go_on(pyramid, at=1000.0, until=1e9)
    assert len(searched) == 1 + len(pieces(pyramid))


def test_a_region_is_searched_for_all_sizes(rounds, astronaut):
    pyramid = LIVE.pyramid(astronaut)
    (box,) = rounds.look_here(pyramid, Box(130, 20, 320, 210))
    assert box.overlap(Box(175, 66, 272, 163)) > 0.6
    assert rounds.look_here(pyramid, Box(0, 300, 120, 420)) == []
    assert rounds.look_here(pyramid, Box(0, 0, 1, 1)) == []


def test_of_boxes_on_one_face_the_one_with_most_votes_stays():
    a, b, far = Box(0, 0, 40, 40), Box(4, 4, 44, 44), Box(100, 0, 140, 40)
    assert without_doubles([(a, 3), (b, 9), (far, 1)]) == [b, far]

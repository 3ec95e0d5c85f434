"""Tokens of shared windows, and a window's pictures."""

from dataclasses import replace

import numpy as np
import pytest

from emotion.images import PictureError
from emotion.pictures import MOST_PIXELS
from emotion.routes import as_json
from emotion.screen import IDLE_S, MOST_PER_S, ScreenSource, ScreenTokens, reduced
from tests.emotion.test_sources import Clock
from tests.fakes import ScriptedAnalyzer, make_face
from tests.scenes import jpeg


@pytest.fixture
def clock() -> Clock:
    return Clock()


def source(clock: Clock) -> ScreenSource:
    return ScreenSource(ScriptedAnalyzer([make_face()]), clock)


def test_each_session_has_a_long_token_of_its_own_that_stays(clock):
    tokens = ScreenTokens(clock)
    mine, yours = source(clock), source(clock)
    assert tokens.token(mine) == tokens.token(mine)
    assert tokens.token(mine) != tokens.token(yours)
    assert len(tokens.token(mine)) >= 43
    assert tokens.source(tokens.token(mine)) is mine
    assert tokens.source(tokens.token(yours)) is yours


@pytest.mark.parametrize("wrong", ["", "x", "é\ud800", "a" * 43, "a" * 100_000])
def test_a_wrong_token_finds_nothing(clock, wrong):
    tokens = ScreenTokens(clock)
    tokens.token(source(clock))
    assert tokens.source(wrong) is None


def test_a_token_expires_when_nobody_uses_it(clock):
    tokens = ScreenTokens(clock)
    mine = source(clock)
    token = tokens.token(mine)
    for _ in range(3):
        clock.seconds += IDLE_S - 1
        assert tokens.source(token) is mine  # use keeps it
    clock.seconds += IDLE_S + 1
    assert tokens.source(token) is None
    assert len(tokens) == 0
    assert tokens.token(mine) != token


def test_of_too_many_tokens_the_idlest_goes(clock):
    tokens = ScreenTokens(clock, most=3)
    sources = [source(clock) for _ in range(4)]
    first = []
    for one in sources[:3]:
        first.append(tokens.token(one))
        clock.seconds += 1
    tokens.source(first[0])
    tokens.token(sources[3])
    assert len(tokens) == 3
    assert tokens.source(first[0]) is sources[0]
    assert tokens.source(first[1]) is None


def test_a_token_may_send_so_many_pictures_a_second(clock):
    mine = source(clock)
    assert all(mine.may_send() for _ in range(MOST_PER_S))
    assert not mine.may_send()
    clock.seconds += 1
    assert mine.may_send()


def test_a_picture_is_analysed_in_the_size_that_boxes_are_told_in(clock):
    mine = source(clock)
    looked = mine.look_at(jpeg(np.full((48, 64, 3), 90, np.uint8)))
    assert (looked.width, looked.height, len(looked.faces)) == (64, 48, 1)
    assert mine.status().frames == 1


def test_lasting_faces_are_marked_in_the_preview_only_while_the_teacher_wants_it(clock):
    sad, smiling = replace(make_face(sad=0.9), track_id=4), replace(make_face(happy=0.9), track_id=5)
    mine = ScreenSource(ScriptedAnalyzer([sad, smiling]), clock)
    picture = jpeg(np.full((48, 64, 3), 90, np.uint8))

    def marked() -> list[bool]:
        clock.seconds += 1
        return [face["marked"] for face in as_json(mine.look_at(picture))["faces"]]

    assert not any(any(marked()) for _ in range(25))
    mine.lasting = True
    assert not any(any(marked()) for _ in range(20))
    assert marked() == [True, False]
    mine.lasting = False
    assert marked() == [False, False]


def test_a_large_picture_is_reduced_and_a_huge_one_not_decoded(clock):
    assert reduced(np.zeros((2160, 3840, 3), np.uint8)).shape == (1080, 1920, 3)
    small = np.zeros((8, 8, 3), np.uint8)
    assert reduced(small) is small
    assert MOST_PIXELS == 1920 * 1080
    with pytest.raises(PictureError, match="megapixels"):
        source(clock).look_at(jpeg(np.zeros((3000, 4000, 3), np.uint8)))

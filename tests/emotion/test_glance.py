"""A second look at a real face, and following it."""

import numpy as np
import pytest

from emotion.detector import LIVE, HaarDetector
from emotion.faces import Box
from emotion.glance import Patch, look_again
from tests.scenes import on_background

FACE = Box(175, 66, 272, 163)


@pytest.fixture(scope="module")
def detector() -> HaarDetector:
    return HaarDetector(LIVE)


@pytest.mark.parametrize(("across", "down"), [(0, 0), (12, -8), (-10, 10)])
def test_a_second_look_finds_the_face_near_where_it_was(detector, astronaut, across, down):
    near = Box(FACE.x1 + across, FACE.y1 + down, FACE.x2 + across, FACE.y2 + down)
    found = look_again(detector, LIVE.pyramid(astronaut), near)
    assert found is not None
    assert found.overlap(FACE) > 0.75


@pytest.mark.parametrize(
    "box", [Box(0, 350, 97, 447), Box(400, 20, 497, 117), Box(0, 0, 3, 3), Box(508, 508, 512, 512)]
)
def test_a_second_look_finds_nothing_where_nothing_is(detector, astronaut, box):
    assert look_again(detector, LIVE.pyramid(astronaut), box) is None


@pytest.mark.parametrize(("across", "down"), [(0, 0), (9, 4), (-15, 0), (0, -12)])
def test_a_patch_follows_its_face(astronaut, across, down):
    scene = on_background(astronaut, 640, 480)
    box = Box(228, 62, 319, 153)
    patch = Patch(LIVE.pyramid(scene), box)
    moved, fit = patch.follow(LIVE.pyramid(np.roll(scene, (down, across), axis=(0, 1))), box)
    assert fit > 0.95
    assert (moved.x1 - box.x1, moved.y1 - box.y1) == pytest.approx((across, down), abs=2)
    assert (moved.width, moved.height) == (box.width, box.height)


def test_what_is_gone_does_not_fit(astronaut):
    scene = on_background(astronaut, 640, 480)
    box = Box(228, 62, 319, 153)
    patch = Patch(LIVE.pyramid(scene), box)
    assert patch.follow(LIVE.pyramid(np.full_like(scene, 90)), box)[1] == 0
    noise = np.random.default_rng(1).integers(0, 256, scene.shape, dtype=np.uint8)
    assert patch.follow(LIVE.pyramid(noise), box)[1] < 0.6


@pytest.mark.parametrize("box", [Box(0, 0, 90, 90), Box(550, 390, 640, 480), Box(0, 0, 2, 2)])
def test_a_patch_at_the_border_stays_in_the_picture(astronaut, box):
    pyramid = LIVE.pyramid(on_background(astronaut, 640, 480))
    moved, _ = Patch(pyramid, box).follow(pyramid, box)
    assert moved == box

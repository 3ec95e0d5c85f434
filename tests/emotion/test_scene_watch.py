import numpy as np
import pytest

from emotion.faces import Box
from emotion.pyramid import GreyPyramid
from emotion.scene import SceneWatch


def pyramid(picture: np.ndarray) -> GreyPyramid:
    return GreyPyramid.of(picture, 0.5)


@pytest.fixture
def room() -> np.ndarray:
    """A picture with large shapes."""
    return np.kron(
        np.random.default_rng(2).integers(0, 256, (9, 16, 3), dtype=np.uint8), np.ones((40, 40, 1), np.uint8)
    )


def test_the_first_picture_and_another_size_are_cuts(room):
    watch = SceneWatch()
    assert watch.look(pyramid(room)).cut
    assert not watch.look(pyramid(room)).cut
    assert watch.look(pyramid(room[:, :600])).cut


def test_noise_and_a_lamp_are_no_change(room):
    watch = SceneWatch()
    watch.look(pyramid(room // 2))
    noise = np.random.default_rng(3).normal(0, 6, room.shape)
    change = watch.look(pyramid(np.clip(room // 2 + noise + 60, 0, 255).astype(np.uint8)))
    assert (change.cut, change.regions) == (False, ())


def test_another_scene_is_a_cut(room):
    watch = SceneWatch()
    watch.look(pyramid(room))
    assert watch.look(pyramid(room[::-1, ::-1])).cut


def test_a_tile_that_appears_is_a_region(room):
    watch = SceneWatch()
    watch.look(pyramid(room))
    changed = room.copy()
    tile = Box(400, 200, 560, 320)
    changed[tile.y1 : tile.y2, tile.x1 : tile.x2] = 255 - changed[tile.y1 : tile.y2, tile.x1 : tile.x2]
    (region,) = watch.look(pyramid(changed)).regions
    assert region.x1 <= tile.x1 < tile.x2 <= region.x2
    assert region.y1 <= tile.y1 < tile.y2 <= region.y2
    assert region.width < 2 * tile.width
    assert watch.look(pyramid(changed)).regions == ()


def test_a_hand_is_too_small_to_be_a_region(room):
    watch = SceneWatch()
    watch.look(pyramid(room))
    changed = room.copy()
    changed[100:130, 100:130] = 0
    assert watch.look(pyramid(changed)).regions == ()

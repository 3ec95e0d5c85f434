import numpy as np
import pytest

from emotion.faces import Box
from emotion.pyramid import LEAST_SIDE_PX, GreyPyramid


def test_copies_halve_until_they_are_too_small():
    pyramid = GreyPyramid.of(np.zeros((720, 1280, 3), np.uint8), 0.6)
    assert [level.grey.shape for level in pyramid.levels] == [(432, 768), (216, 384), (108, 192), (54, 96)]
    assert min(pyramid.levels[-1].grey.shape) >= LEAST_SIDE_PX


def test_places_on_a_copy_are_places_in_the_picture():
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[120:240, 160:320] = 255
    for level in GreyPyramid.of(picture, 0.5).levels:
        rows, columns = np.nonzero(level.grey > 127)
        x, y = columns.min(), rows.min()
        corners = level.to_picture(x, y, columns.max() + 1 - x, rows.max() + 1 - y)
        assert corners == pytest.approx((160, 120, 320, 240), abs=1 / level.scale_x)
        assert level.crop(Box(160, 120, 320, 240), 0.0)[0].min() > 0


def test_a_face_is_looked_at_on_the_smallest_copy_that_still_shows_it():
    pyramid = GreyPyramid.of(np.zeros((720, 1280, 3), np.uint8), 0.6)
    assert pyramid.level_for(Box(0, 0, 60, 60), 32) is pyramid.levels[0]
    assert pyramid.level_for(Box(0, 0, 120, 120), 32) is pyramid.levels[1]
    assert pyramid.level_for(Box(0, 0, 10, 10), 32) is pyramid.levels[0]


def test_crops_and_boxes_end_at_the_border():
    pyramid = GreyPyramid.of(np.zeros((100, 100, 3), np.uint8), 1.0)
    grey, left, top = pyramid.levels[0].crop(Box(80, 90, 100, 110), 0.5)
    assert (grey.shape, left, top) == ((20, 30), 70, 80)
    assert pyramid.inside((-5, 50, 300, 400)) == Box(0, 50, 100, 100)
    assert pyramid.inside((200, 200, 300, 300)) == Box(99, 99, 100, 100)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (47, 47), (96, 95)])
def test_small_pictures_have_one_copy(shape):
    assert len(GreyPyramid.of(np.zeros((*shape, 3), np.uint8), 1.0).levels) == 1

import cv2
import numpy as np
import pytest

from emotion.faces import Box
from emotion.obstacles import SMALLEST_PX, obstacle, with_obstacles
from tests.fakes import make_face


@pytest.fixture
def face(astronaut) -> np.ndarray:
    grey = cv2.cvtColor(np.ascontiguousarray(astronaut[66:163, 175:272]), cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA)


LARGE = Box(0, 0, 97, 97)


def test_nothing_stands_before_a_clear_face_nor_a_dim_one(face):
    assert obstacle(LARGE, face) is None
    assert obstacle(LARGE, (face * 0.2).astype(np.uint8)) is None


@pytest.mark.parametrize(("sigma", "expected"), [(1.0, None), (4.0, "blurred")])
def test_blur(face, sigma, expected):
    assert obstacle(LARGE, cv2.GaussianBlur(face, (0, 0), sigma)) == expected


@pytest.mark.parametrize("level", [0, 128, 255])
def test_black_grey_and_burnt_out(level):
    assert obstacle(LARGE, np.full((48, 48), level, np.uint8)) == "dark"


def test_too_few_pixels(face):
    side = SMALLEST_PX - 1
    small = cv2.resize(cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA), (48, 48))
    assert obstacle(Box(0, 0, side, side), small) == "small"
    assert obstacle(Box(0, 0, side + 1, side + 1), small) is None


def test_faces_of_a_single_picture_are_not_read_where_something_stands_before_them(astronaut):
    face = make_face(happy=0.9, box=Box(175, 66, 272, 163))
    small = make_face(happy=0.9, box=Box(210, 100, 220, 110))
    read = with_obstacles(astronaut, [face, small])
    assert [(one.emotion, one.obstacle) for one in read] == [("happy", None), (None, "small")]
    (dark,) = with_obstacles((astronaut * 0.03).astype(np.uint8), [face])
    assert (dark.emotion, dark.obstacle, dark.scores) == (None, "dark", face.scores)
    assert with_obstacles(astronaut, []) == []

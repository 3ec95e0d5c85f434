"""The values: boxes, faces, pictures, batches."""

from dataclasses import replace

import numpy as np
import pytest

from emotion.faces import Box, Face, require_faces, require_rgb
from emotion.labels import COLOURS, EMOTIONS, Emotion
from tests.fakes import make_face


def test_emotions_stand_in_fer2013_order():
    assert [*EMOTIONS] == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    assert tuple(COLOURS) == EMOTIONS


@pytest.mark.parametrize("corners", [(5, 0, 5, 9), (6, 0, 5, 9), (0, 9, 5, 9), (0, 10, 5, 9)])
def test_box_needs_an_area(corners):
    with pytest.raises(ValueError, match="positive width and height"):
        Box(*corners)


def test_box_ends_are_exclusive():
    box = Box(2, 3, 12, 23)
    assert (box.width, box.height) == (10, 20)


@pytest.mark.parametrize(
    ("other", "expected"),
    [(Box(0, 0, 10, 10), 1.0), (Box(5, 0, 15, 10), 1 / 3), (Box(10, 0, 20, 10), 0.0), (Box(2, 2, 7, 6), 0.2)],
)
def test_boxes_overlap_by_intersection_over_union(other, expected):
    box = Box(0, 0, 10, 10)
    assert box.overlap(other) == pytest.approx(expected)
    assert other.overlap(box) == pytest.approx(expected)


def test_face_names_its_likeliest_emotion():
    face = make_face(happy=0.7, unsure_below=0.5)
    assert face.emotion is Emotion.HAPPY
    assert face.label == "happy"
    assert face.confidence == pytest.approx(0.7)


def test_face_below_the_threshold_claims_nothing():
    face = make_face(happy=0.4, unsure_below=0.5)
    assert face.emotion is None
    assert face.label == "unsure"
    assert face.likeliest is Emotion.HAPPY


def test_face_at_the_threshold_is_sure():
    assert make_face(happy=0.5, unsure_below=0.5).emotion is Emotion.HAPPY


def test_face_of_a_single_picture_has_no_track():
    assert make_face().track_id is None
    assert replace(make_face(), track_id=3).track_id == 3


def test_face_refuses_another_order_of_emotions():
    scores = dict.fromkeys(reversed(EMOTIONS), 1 / 7)
    with pytest.raises(ValueError, match="in this order"):
        Face(Box(0, 0, 1, 1), scores)


def test_face_refuses_scores_that_are_no_probabilities():
    with pytest.raises(ValueError, match=r"sum to 1, got 0\.7"):
        Face(Box(0, 0, 1, 1), dict.fromkeys(EMOTIONS, 0.1))


def test_scores_cannot_be_changed_afterwards():
    with pytest.raises(TypeError):
        make_face().scores[Emotion.SAD] = 1.0


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        "picture.png",
    ],
    ids=["grey", "rgba", "float", "empty", "path"],
)
def test_only_rgb_pictures_pass(image):
    with pytest.raises(ValueError, match="expected a"):
        require_rgb(image)


@pytest.mark.parametrize("shape", [(48, 48, 1), (2, 48, 48), (2, 47, 48, 1), (2, 48, 48, 3)])
def test_only_batches_of_crops_pass(shape):
    with pytest.raises(ValueError, match="expected faces"):
        require_faces(np.zeros(shape, np.uint8))

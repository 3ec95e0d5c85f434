"""From a picture to faces: cropping, one batched call, no invented face."""

import cv2
import numpy as np
import pytest

from emotion.analyzer import FaceAnalyzer, crop_faces, load_analyzer
from emotion.detector import HaarDetector
from emotion.faces import Box
from emotion.labels import Emotion
from tests.fakes import ConstantBackend, constant_classifier
from tests.scenes import gallery


@pytest.fixture
def backend() -> ConstantBackend:
    return ConstantBackend(sad=0.6)


@pytest.fixture
def analyzer(backend) -> FaceAnalyzer:
    return FaceAnalyzer(HaarDetector(), constant_classifier(backend, unsure_below=0.5))


def test_one_call_for_all_faces_of_a_picture(analyzer, backend, astronaut):
    face = cv2.cvtColor(astronaut[66:163, 175:272], cv2.COLOR_RGB2GRAY)
    scene, boxes = gallery([face] * 9, 3, 3, face_px=120)
    faces = analyzer.analyze(scene)
    assert len(faces) == len(boxes)
    assert backend.calls == [9]
    assert {face.emotion for face in faces} == {Emotion.SAD}


def test_no_face_is_an_empty_list_and_no_call(analyzer, backend):
    assert analyzer.analyze(np.zeros((240, 320, 3), np.uint8)) == []
    assert backend.calls == []


def test_crops_are_the_pixels_of_their_boxes():
    picture = np.random.default_rng(1).integers(0, 256, (100, 120, 3), dtype=np.uint8)
    (crop,) = crop_faces(picture, [Box(30, 20, 78, 68)])
    assert np.array_equal(crop[:, :, 0], cv2.cvtColor(picture[20:68, 30:78], cv2.COLOR_RGB2GRAY))


@pytest.mark.parametrize("box", [Box(-9, -9, 30, 30), Box(90, 70, 140, 140), Box(0, 0, 1, 1), Box(119, 0, 120, 100)])
def test_crops_stay_inside_the_picture(box):
    picture = np.full((100, 120, 3), 77, np.uint8)
    crops = crop_faces(picture, [box])
    assert crops.shape == (1, 48, 48, 1)
    assert (crops == 77).all()


def test_a_box_outside_the_picture_is_an_error():
    with pytest.raises(ValueError, match="outside the picture of 120 x 100"):
        crop_faces(np.zeros((100, 120, 3), np.uint8), [Box(130, 0, 140, 10)])


def test_no_boxes_give_an_empty_batch():
    assert crop_faces(np.zeros((10, 10, 3), np.uint8), []).shape == (0, 48, 48, 1)


def test_everyone_gets_the_same_shipped_analyzer():
    assert load_analyzer() is load_analyzer()


def test_the_shipped_network_sees_the_astronaut_smile(astronaut):
    (face,) = load_analyzer().analyze(astronaut)
    assert face.emotion is Emotion.HAPPY
    assert sum(face.scores.values()) == pytest.approx(1, abs=1e-4)


def test_wrong_pictures_are_refused_before_any_work(analyzer):
    with pytest.raises(ValueError, match="expected an RGB picture"):
        analyzer.analyze(np.zeros((10, 10), np.uint8))

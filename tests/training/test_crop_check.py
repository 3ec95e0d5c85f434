"""Faces set into scenes, found again and cut."""

import numpy as np
import pytest

from emotion.detector import HaarDetector
from emotion.faces import Box
from training.crop_check import Found, compare, find_again, main, matches, with_margin
from training.dataset import read_dataset
from training.evaluate import load_classifier
from training.labelled_faces import Split
from training.scenes import HEIGHT, WIDTH, Scene, scenes


@pytest.fixture
def faces() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (20, 48, 48, 1), dtype=np.uint8)


def test_every_face_stands_in_one_scene_where_its_box_says(faces):
    composed = [*scenes(faces, np.random.default_rng(1))]
    assert [index for scene in composed for index in scene.indices] == [*range(20)]
    for scene in composed:
        assert scene.image.shape == (HEIGHT, WIDTH, 3)
        for index, box in zip(scene.indices, scene.boxes, strict=True):
            assert 0 <= box.x1 < box.x2 <= WIDTH
            assert 0 <= box.y1 < box.y2 <= HEIGHT
            inside = scene.image[box.y1 : box.y2, box.x1 : box.x2, 0]
            assert inside.mean() == pytest.approx(faces[index].mean(), abs=8)
        for number, box in enumerate(scene.boxes):
            assert all(box.overlap(other) == 0 for other in scene.boxes[number + 1 :])


class Seer(HaarDetector):
    """A detector that knows the answer: it finds all faces of a scene but the first."""

    def __init__(self, faces: np.ndarray) -> None:
        self.known = {scene.image.tobytes(): scene.boxes for scene in scenes(faces, np.random.default_rng(2013))}

    def detect(self, image):
        return self.known[image.tobytes()][1:]


def test_what_is_found_is_cut_at_each_margin(faces):
    found = find_again(faces, Seer(faces), (0.0, -0.1), progress=False)
    assert found.indices.tolist() == [*range(1, 15), *range(16, 20)]
    assert (found.width_ratio, found.offset) == (1.0, 0.0)
    assert {margin: crops.shape for margin, crops in found.crops.items()} == {
        0.0: (18, 48, 48, 1),
        -0.1: (18, 48, 48, 1),
    }
    # A box at the true place gives the face back, but for two resamplings.
    blocks = faces[found.indices].reshape(18, 6, 8, 6, 8).mean(axis=(2, 4))
    np.testing.assert_allclose(found.crops[0.0].reshape(18, 6, 8, 6, 8).mean(axis=(2, 4)), blocks, atol=12)


def test_a_true_box_takes_the_found_one_that_overlaps_it_most():
    true = [Box(0, 0, 100, 100), Box(200, 0, 300, 100)]
    scene = Scene(np.zeros((HEIGHT, WIDTH, 3), np.uint8), true, np.array([7, 8]))
    near, nearer, far = Box(20, 0, 120, 100), Box(2, 0, 102, 100), Box(260, 0, 360, 100)
    assert matches(scene, [near, far, nearer]) == [(7, true[0], nearer)]
    assert matches(scene, []) == []


def test_a_margin_is_a_share_of_the_box_on_each_side():
    assert with_margin(Box(10, 20, 110, 70), 0.1) == Box(0, 15, 120, 75)
    assert with_margin(Box(10, 20, 110, 70), -0.1) == Box(20, 25, 100, 65)


def test_crops_are_compared_on_the_faces_that_were_found(synthetic_csv, finished_run):
    classifier = load_classifier(finished_run / "export" / "emotion_cnn.tflite")
    data = read_dataset(synthetic_csv)[Split.PUBLIC_TEST]
    indices = np.arange(0, len(data), 2)
    same, dark = data.faces[indices], np.zeros_like(data.faces[indices])
    plain, cut = compare(classifier, data, Found(indices, {0.0: same, 0.2: dark}, 1.0, 0.0))
    assert plain == cut[0.0]
    assert plain > cut[0.2]


def test_nothing_found_is_told(synthetic_csv, finished_run, capsys):
    model = finished_run / "export" / "emotion_cnn.tflite"
    assert main(["--model", str(model), "--data", str(synthetic_csv)]) == 2
    assert "found none of 60 faces again" in capsys.readouterr().err


def test_a_margin_that_leaves_nothing_is_refused(faces):
    with pytest.raises(ValueError, match=r"margins must be more than -0\.5"):
        find_again(faces, Seer(faces), (-0.5,))

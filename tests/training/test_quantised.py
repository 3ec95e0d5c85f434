import time

import numpy as np
import pytest

from emotion.card import ModelCard
from emotion.classifier import EmotionClassifier
from training.labelled_faces import LabelledFaces
from training.litert import convert
from training.networks import emotion_net
from training.quantised import compare, convert_quantised, speed_ratio

FACES = np.random.default_rng(1).integers(0, 256, (30, 48, 48, 1), dtype=np.uint8)


class Sleeper(EmotionClassifier):
    """Answers happy after some milliseconds."""

    def __init__(self, milliseconds: float) -> None:
        self.card = ModelCard(name="test")
        self.milliseconds = milliseconds
        self.batches: list[int] = []

    def predict(self, faces):
        self.batches.append(len(faces))
        time.sleep(self.milliseconds / 1000)
        return np.tile(np.eye(7, dtype=np.float32)[3], (len(faces), 1))


def test_the_ratio_is_of_calls_with_a_class_of_25():
    quick, slow = Sleeper(2), Sleeper(8)
    assert 2 < speed_ratio(quick, slow, FACES[:3]) < 5
    assert set(quick.batches) == set(slow.batches) == {25}


def test_accuracies_are_those_of_the_data():
    gain = compare(Sleeper(0.1), Sleeper(0.5), LabelledFaces(FACES[:4], np.array([3, 3, 3, 0])))
    assert (gain.accuracy, gain.accuracy_of_float32) == (0.75, 0.75)
    assert gain.worthwhile
    with pytest.raises(ValueError, match="no faces to compare on"):
        compare(Sleeper(1), Sleeper(1), LabelledFaces(FACES[:0], np.zeros(0, np.int64)))


@pytest.mark.slow
def test_weights_of_eight_bits_make_a_smaller_file_that_answers_nearly_alike(tmp_path):
    network = emotion_net(stem=16, widths=(32, 64), blocks=(1, 1))
    convert(network, tmp_path / "large.tflite")
    convert_quantised(network, tmp_path / "small.tflite")
    assert 3 * (tmp_path / "small.tflite").stat().st_size < (tmp_path / "large.tflite").stat().st_size
    small, large = (
        EmotionClassifier.load(tmp_path / f"{size}.tflite", ModelCard(name="test")) for size in ("small", "large")
    )
    np.testing.assert_allclose(small.predict(FACES), large.predict(FACES), atol=0.05)
    np.testing.assert_allclose(small.predict(FACES[:1]), large.predict(FACES[:1]), atol=0.05)

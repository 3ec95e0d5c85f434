"""The network with weights of eight bits: a quarter of the file, and faster where the processor multiplies bytes.

LiteRT's dynamic range quantisation: weights are int8 for good, activations are rounded on the fly, so that no data is
needed to choose their ranges.
"""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from emotion.classifier import EmotionClassifier
from emotion.faces import FaceBatch
from training.evaluate import predict_all
from training.labelled_faces import LabelledFaces
from training.litert import convert

MAX_LOSS = 0.003
"""Accuracy that a smaller file may cost on PublicTest."""
FACES = 25
ROUNDS = 30


def convert_quantised(network: keras.Model, path: Path) -> None:
    """Write `network` to `path` (`.tflite`) with int8 weights, for any number of faces; raises as `convert`."""
    import tensorflow as tf  # `convert` says what is wrong where another backend runs

    convert(network, path, optimizations=[tf.lite.Optimize.DEFAULT])


@dataclass(frozen=True, slots=True)
class Gain:
    """What the smaller file costs and saves: accuracies on one split, and how many times as fast it is."""

    accuracy: float
    accuracy_of_float32: float
    times_as_fast: float

    @property
    def worthwhile(self) -> bool:
        return self.accuracy >= self.accuracy_of_float32 - MAX_LOSS and self.times_as_fast > 1

    def to_dict(self) -> dict[str, float]:
        """The gain as JSON values."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def compare(new: EmotionClassifier, old: EmotionClassifier, data: LabelledFaces) -> Gain:
    """Measure `new`, the smaller one, against `old` on `data`; `ValueError` if there are no faces."""
    if len(data) == 0:
        raise ValueError("there are no faces to compare on")

    def accuracy(classifier: EmotionClassifier) -> float:
        return float((predict_all(classifier, data.faces).argmax(axis=1) == data.labels).mean())

    return Gain(accuracy(new), accuracy(old), speed_ratio(new, old, data.faces))


def speed_ratio(new: EmotionClassifier, old: EmotionClassifier, faces: FaceBatch) -> float:
    """How many times as fast `new` answers a class of 25 as `old`; medians of calls that take turns."""
    batch = np.resize(faces, (FACES, *faces.shape[1:]))
    times: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(ROUNDS):
        for number, classifier in enumerate((new, old)):
            began = time.perf_counter()
            classifier.predict(batch)
            times[number].append(time.perf_counter() - began)
    return float(np.median(times[1]) / np.median(times[0]))

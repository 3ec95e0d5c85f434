"""From a film of a class to expressions: what is read of the faces found, against their labels."""

from fractions import Fraction

import av
import numpy as np
import pytest

from emotion import load_analyzer
from emotion.labels import EMOTIONS
from emotion.live import EmotionVideoTransformer
from emotion.stream import StreamAnalyzer
from tests.scenes import gallery
from training.evaluate import predict_all
from training.labelled_faces import Split

pytestmark = [pytest.mark.data, pytest.mark.slow]

CLASSES = 16
MOST_LOST_POINTS = 3.0


def test_faces_of_a_class_are_read_about_as_well_as_the_data_sets_own(fer2013, record_property):
    data = fer2013[Split.PRIVATE_TEST]
    order = np.random.default_rng(2013).permutation(len(data))
    classifier = load_analyzer().classifier
    seen: list[list] = []

    class Watched(StreamAnalyzer):
        def analyze(self, image, at=None):
            seen.append(super().analyze(image, at))
            return seen[-1]

    transformer = EmotionVideoTransformer(Watched(classifier))
    found, right = [], []
    for number in range(CLASSES):
        indices = order[25 * number : 25 * number + 25]
        scene, boxes = gallery(data.faces[indices, :, :, 0], 5, 5)
        for step in range(3):
            frame = av.VideoFrame.from_ndarray(scene, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = 3 * number + step, Fraction(1, 15)
            transformer.recv(frame)
        for index, box in zip(indices, boxes, strict=True):
            face = max(seen[-1], key=lambda face, box=box: face.box.overlap(box), default=None)
            if face is not None and face.box.overlap(box) > 0.4:
                found.append(index)
                right.append(face.likeliest == EMOTIONS[data.labels[index]])
    assert transformer.status().failures == 0
    same = data[np.array(found)]
    plain = float((predict_all(classifier, same.faces).argmax(axis=1) == same.labels).mean())
    live = float(np.mean(right))
    record_property("accuracy", f"{live:.4f} on {len(found)} faces found of {25 * CLASSES}, own crops {plain:.4f}")
    print(f"\n{live:.2%} of {len(found)} faces found (of {25 * CLASSES}) are read rightly; their own crops {plain:.2%}")
    assert len(found) >= 0.68 * 25 * CLASSES
    assert 100 * (plain - live) <= MOST_LOST_POINTS

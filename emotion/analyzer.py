"""The middle of the app: a picture in, faces with expressions out."""

import threading
from collections.abc import Sequence

import cv2
import numpy as np

from emotion.classifier import EmotionClassifier
from emotion.detector import HaarDetector
from emotion.faces import FACE_SIZE, Box, Face, FaceBatch, RGBImage, Scores, require_rgb
from emotion.labels import EMOTIONS
from emotion.settings import Settings


class FaceAnalyzer:
    """Finds every face of a picture and reads its expression; safe to share between threads."""

    def __init__(self, detector: HaarDetector, classifier: EmotionClassifier) -> None:
        self.detector = detector
        self.classifier = classifier

    def analyze(self, image: RGBImage) -> list[Face]:
        """Faces of an RGB picture, uint8 (height, width, 3), in reading order; empty when there is none."""
        boxes = self.detector.detect(image)
        faces = crop_faces(image, boxes)
        scores = self.classifier.predict(faces)
        return name_faces(boxes, scores, self.classifier.card.unsure_below)


def crop_faces(image: RGBImage, boxes: Sequence[Box]) -> FaceBatch:
    """Cut `boxes` out of a picture as grey 48 x 48 faces, uint8 (n, 48, 48, 1), without a margin.

    A Haar box is FER-2013's own crop (its width is 0.98 of the crop's, its centre 1 % off: measured on FER-2013
    faces set into scenes), so a margin would show the network what it was not trained on. Boxes that reach over the
    border are cut at it.
    """
    height, width = require_rgb(image).shape[:2]
    faces = np.empty((len(boxes), FACE_SIZE, FACE_SIZE, 1), np.uint8)
    for index, box in enumerate(boxes):
        pixels = image[max(box.y1, 0) : min(box.y2, height), max(box.x1, 0) : min(box.x2, width)]
        if pixels.size == 0:
            raise ValueError(f"{box} lies outside the picture of {width} x {height} pixels")
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        shrinks = min(grey.shape) > FACE_SIZE
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        faces[index, :, :, 0] = cv2.resize(grey, (FACE_SIZE, FACE_SIZE), interpolation=interpolation)
    return faces


def name_faces(boxes: Sequence[Box], scores: Scores, unsure_below: float) -> list[Face]:
    """Put boxes and score rows (n, 7) together."""
    return [
        Face(box, dict(zip(EMOTIONS, (float(p) for p in row), strict=True)), unsure_below)
        for box, row in zip(boxes, scores, strict=True)
    ]


_shared: FaceAnalyzer | None = None
_shared_lock = threading.Lock()


def load_analyzer() -> FaceAnalyzer:
    """The analyzer with the shipped network (or `EMOTION_MODEL`), loaded once for all callers of the process.

    Raises:
        FileNotFoundError: the model, its card or the cascade is missing.
        ValueError: one of them is damaged, or the card disagrees with this app.
    """
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = FaceAnalyzer(HaarDetector(), EmotionClassifier.load(Settings.from_env().model))
        return _shared

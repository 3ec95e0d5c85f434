"""The values that flow through the app: a picture, a box, a face, a batch of crops, their scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion.labels import EMOTIONS, UNSURE, Emotion

RGBImage = npt.NDArray[np.uint8]
"""uint8 (height, width, 3), red first."""

FaceBatch = npt.NDArray[np.uint8]
"""uint8 (n, 48, 48, 1), grey 0-255."""

Scores = npt.NDArray[np.float32]
"""float32 (n, 7), calibrated probabilities in `EMOTIONS` order; rows sum to 1."""

FACE_SIZE = 48
"""Side of FER-2013's faces and of the network's input, in pixels."""


@dataclass(frozen=True, slots=True)
class Box:
    """A face's pixel corners; `x2` and `y2` are exclusive."""

    x1: int
    y1: int
    x2: int
    y2: int

    def __post_init__(self) -> None:
        if self.x1 >= self.x2 or self.y1 >= self.y2:
            raise ValueError(f"box needs positive width and height, got {self}")

    @property
    def width(self) -> int:
        return self.x2 - self.x1

    @property
    def height(self) -> int:
        return self.y2 - self.y1

    def overlap(self, other: "Box") -> float:
        """Intersection over union with another box, 0-1."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.width * self.height + other.width * other.height - shared)


@dataclass(frozen=True, slots=True)
class Face:
    """One found face and what the network read from it.

    `scores` has all seven emotions in FER-2013 order and sums to 1. Below `unsure_below` (the model
    card's threshold) the likeliest emotion is not claimed: `emotion` is `None`. Neither is it where an `obstacle`
    ("small", "blurred", "dark") stands between the face and the network. `track_id` is the face's number within its
    stream (`FaceTracker`), `None` in a single picture.
    """

    box: Box
    scores: Mapping[Emotion, float]
    unsure_below: float = 0.0
    track_id: int | None = None
    obstacle: str | None = None

    def __post_init__(self) -> None:
        if tuple(self.scores) != EMOTIONS:
            raise ValueError(f"scores need the emotions {[*EMOTIONS]} in this order, got {[*self.scores]}")
        total = sum(self.scores.values())
        if abs(total - 1) > 1e-3:
            raise ValueError(f"scores must sum to 1, got {total:.4f}")
        object.__setattr__(self, "scores", MappingProxyType(dict(self.scores)))

    @property
    def likeliest(self) -> Emotion:
        """The emotion with the highest probability, whether claimed or not."""
        return max(self.scores, key=self.scores.__getitem__)

    @property
    def confidence(self) -> float:
        """The probability of the likeliest emotion, 0-1."""
        return self.scores[self.likeliest]

    @property
    def emotion(self) -> Emotion | None:
        """The likeliest emotion, or `None` when the network is unsure."""
        return self.likeliest if self.obstacle is None and self.confidence >= self.unsure_below else None

    @property
    def label(self) -> str:
        """The emotion's word, or "unsure"."""
        return self.emotion or UNSURE


def require_rgb(image: npt.NDArray[Any]) -> RGBImage:
    """Return `image` if it is an RGB picture; raise `ValueError` saying what came instead."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        came = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise ValueError(f"expected an RGB picture, uint8 (height, width, 3), got {came}")
    if image.size == 0:
        raise ValueError(f"expected a picture with pixels, got shape {image.shape}")
    return image


def require_faces(faces: npt.NDArray[np.uint8]) -> FaceBatch:
    """Return `faces` if it is a batch of crops; raise `ValueError` saying what came instead."""
    expected = (FACE_SIZE, FACE_SIZE, 1)
    if not isinstance(faces, np.ndarray) or faces.dtype != np.uint8 or faces.shape[1:] != expected:
        came = f"{faces.dtype} {faces.shape}" if isinstance(faces, np.ndarray) else type(faces).__name__
        raise ValueError(f"expected faces as uint8 (n, {FACE_SIZE}, {FACE_SIZE}, 1), got {came}")
    return faces

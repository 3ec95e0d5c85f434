"""A small shape for each expression, so that colour never tells it alone."""

import math
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from emotion.labels import Emotion

Mask = npt.NDArray[np.uint8]
"""uint8 (height, width), 0 where nothing is drawn, 255 where all of the pixel is."""

Point = tuple[float, float]
FINER = 8
"""Shapes are drawn this many times larger and reduced by averaging: smooth edges at ten pixels."""


def _regular(corners: int, radius: float = 1.0, waist: float = 1.0) -> list[Point]:
    """A polygon around (0, 0) with a corner on top; `waist` < 1 pulls in the middle of each side: a star."""
    steps = 2 * corners
    radii = [radius, radius * waist * math.cos(math.pi / corners)]
    angles = [2 * math.pi * step / steps for step in range(steps)]
    return [(radii[k % 2] * math.sin(a), -radii[k % 2] * math.cos(a)) for k, a in enumerate(angles)]


# Corners in a square from (-1, -1), top left, to (1, 1).
OUTLINES: dict[Emotion, list[Point]] = {
    Emotion.ANGRY: [(0, -0.9), (1, 0.85), (-1, 0.85)],
    Emotion.DISGUST: [
        (-0.85, -0.5), (-0.5, -0.85), (0, -0.35), (0.5, -0.85), (0.85, -0.5), (0.35, 0),
        (0.85, 0.5), (0.5, 0.85), (0, 0.35), (-0.5, 0.85), (-0.85, 0.5), (-0.35, 0),
    ],
    Emotion.FEAR: [(0, -1), (0.8, 0), (0, 1), (-0.8, 0)],
    Emotion.HAPPY: _regular(24, 0.9),
    Emotion.SAD: [(-0.78, -0.78), (0.78, -0.78), (0.78, 0.78), (-0.78, 0.78)],
    Emotion.SURPRISE: _regular(5, 1.05, waist=0.52),
    Emotion.NEUTRAL: [(-0.95, -0.3), (0.95, -0.3), (0.95, 0.3), (-0.95, 0.3)],
}  # fmt: skip


@lru_cache(maxsize=512)
def marker(emotion: Emotion | None, size_px: int) -> Mask:
    """The shape of an expression, filled, in a square of `size_px`; a hollow circle for unsure. Read-only."""
    side = size_px * FINER
    large = np.zeros((side, side), np.uint8)
    middle = (side - 1) / 2
    if emotion is None:
        width = max(side // 7, FINER)
        cv2.circle(large, (side // 2, side // 2), round(0.9 * middle - width / 2), 255, width)
    else:
        corners = np.array(OUTLINES[emotion]) * middle + middle
        cv2.fillPoly(large, [np.round(corners).astype(np.int32)], 255)
    mask: Mask = cv2.resize(large, (size_px, size_px), interpolation=cv2.INTER_AREA)
    mask.setflags(write=False)
    return mask

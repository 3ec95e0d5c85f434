"""Faces by a Haar cascade (Viola and Jones, 2001) on a reduced grey copy of the picture."""

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from emotion.faces import Box, RGBImage, require_rgb

CASCADE = Path(cv2.data.haarcascades) / "haarcascade_frontalface_alt2.xml"
TRAINED_SIZE_PX = 24
"""Faces smaller than this in the searched copy are not looked for; the cascade was trained near it."""


@dataclass(frozen=True, slots=True)
class Search:
    """How thoroughly a picture is searched.

    `smallest_px` is the smallest face that matters, in picture pixels: it decides how far the copy is reduced. The
    copy has at most `most_pixels`, so that a 4K picture costs little more than a 720p one, and `least_rows`, so that
    a small picture is not reduced away. `step` is the ratio between searched sizes, `neighbours` how many
    overlapping hits make a face.
    """

    smallest_px: int = 40
    most_pixels: int = 2_000_000
    least_rows: int = 240
    step: float = 1.1
    neighbours: int = 3

    def reduction(self, width: int, height: int) -> float:
        """Factor (<= 1) from a picture of this size to its searched copy."""
        wanted = TRAINED_SIZE_PX / self.smallest_px
        wanted = max(wanted, self.least_rows / height)
        affordable = (self.most_pixels / (width * height)) ** 0.5
        return min(1.0, wanted, affordable)


THOROUGH = Search()
"""For photos, where half a second does not matter."""

LIVE = Search(most_pixels=450_000, step=1.2)
"""For streams: two thirds of the time at the price of one face in fifteen (`tests.benchmarks.frame`)."""


class HaarDetector:
    """Finds frontal faces. Safe to share between threads, but calls take turns: give each stream its own."""

    def __init__(self, search: Search = THOROUGH, cascade: Path = CASCADE) -> None:
        """Load the cascade.

        Raises:
            FileNotFoundError: no cascade there.
            ValueError: a file that is no cascade (OpenCV itself would stay silent and find nothing).
        """
        if not cascade.is_file():
            raise FileNotFoundError(f"no Haar cascade at {cascade}: reinstall opencv-python-headless<5, which ships it")
        try:
            self._cascade = cv2.CascadeClassifier(str(cascade))
        except (cv2.error, SystemError) as error:
            raise ValueError(f"{cascade} is not a Haar cascade: {error}") from error
        if self._cascade.empty():
            raise ValueError(f"{cascade} is not a Haar cascade, or is damaged")
        self.search = search
        self._lock = threading.Lock()  # a cascade keeps its working memory in the object

    def detect(self, image: RGBImage) -> list[Box]:
        """Boxes of the faces in `image`, inside it, in reading order (rows of faces, then left to right)."""
        height, width = require_rgb(image).shape[:2]
        reduction = self.search.reduction(width, height)
        grey = reduced_grey(image, reduction)
        if min(grey.shape) < TRAINED_SIZE_PX:
            return []
        with self._lock:
            found = self._cascade.detectMultiScale(
                grey,
                scaleFactor=self.search.step,
                minNeighbors=self.search.neighbours,
                minSize=(TRAINED_SIZE_PX, TRAINED_SIZE_PX),
            )
        boxes = [_scaled_box(hit, width / grey.shape[1], height / grey.shape[0], width, height) for hit in found]
        return in_reading_order(boxes)


def reduced_grey(image: RGBImage, reduction: float) -> np.ndarray:
    """A grey copy, uint8 (rows, columns), reduced by averaging; shrinking first is cheaper than converting first."""
    if reduction < 1:
        size = (max(round(image.shape[1] * reduction), 1), max(round(image.shape[0] * reduction), 1))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def in_reading_order(boxes: list[Box]) -> list[Box]:
    """Boxes as one reads: top row first; faces whose centres differ by less than half a height share a row."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: b.y1 + b.y2):
        if rows and box.y1 + box.y2 - rows[-1][0].y1 - rows[-1][0].y2 < rows[-1][0].height:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=lambda b: b.x1)]


def _scaled_box(hit: np.ndarray, scale_x: float, scale_y: float, width: int, height: int) -> Box:
    x, y, w, h = (int(v) for v in hit)
    return Box(
        x1=max(round(x * scale_x), 0),
        y1=max(round(y * scale_y), 0),
        x2=min(round((x + w) * scale_x), width),
        y2=min(round((y + h) * scale_y), height),
    )

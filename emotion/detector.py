"""Faces by a Haar cascade (Viola and Jones, 2001) on a reduced grey copy of the picture."""

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from emotion.faces import Box, RGBImage, require_rgb
from emotion.pyramid import Grey, GreyPyramid, reduced_grey

CASCADE = Path(cv2.data.haarcascades) / "haarcascade_frontalface_alt2.xml"
SECOND_CASCADE = CASCADE.with_name("haarcascade_frontalface_alt.xml")
"""For a second opinion: it finds 95 % of the faces that the first one found, and 63 % of what were none."""
TRAINED_SIZE_PX = 24
"""Faces smaller than this in the searched copy are not looked for; the cascade was trained near it."""
MOST_SIDE_PX = 4096
"""Of the searched copy. OpenCV keeps its working memory as wide as the widest and as high as the highest picture so
far: after a strip in each direction it wanted 8 GB, did not get it, and found no face in any later picture."""


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
        return min(1.0, wanted, affordable, MOST_SIDE_PX / max(width, height))

    def pyramid(self, image: RGBImage) -> GreyPyramid:
        """The copies of a picture that are searched."""
        height, width = require_rgb(image).shape[:2]
        return GreyPyramid.of(image, self.reduction(width, height))


THOROUGH = Search()
"""For photos, where half a second does not matter."""

LIVE = Search(most_pixels=450_000, step=1.15, neighbours=2)
"""For streams, which look at every face again before they believe in it."""


class HaarDetector:
    """Finds frontal faces. Safe to share between threads, but calls take turns: give each stream its own."""

    def __init__(self, search: Search = THOROUGH, cascade: Path = CASCADE) -> None:
        """Load the cascade.

        Raises:
            FileNotFoundError: no cascade there.
            ValueError: a file that is no cascade (OpenCV itself would stay silent and find nothing).
        """
        self._file = cascade
        self._cascade = _load(cascade)
        self.search = search
        self._lock = threading.Lock()  # a cascade keeps its working memory in the object

    @classmethod
    def second_opinion(cls) -> "HaarDetector":
        """A detector that errs elsewhere than the usual one."""
        return cls(LIVE, SECOND_CASCADE)

    def detect(self, image: RGBImage) -> list[Box]:
        """Boxes of the faces in `image`, inside it, in reading order (rows of faces, then left to right)."""
        height, width = require_rgb(image).shape[:2]
        reduction = self.search.reduction(width, height)
        grey = reduced_grey(image, reduction)
        found = self.windows(grey, (TRAINED_SIZE_PX, 0), self.search.step, self.search.neighbours)
        boxes = [_scaled_box(hit, width / grey.shape[1], height / grey.shape[0], width, height) for hit, _ in found]
        return in_reading_order(boxes)

    def windows(
        self, grey: Grey, sizes: tuple[int, int], step: float, neighbours: int
    ) -> list[tuple[tuple[int, int, int, int], int]]:
        """Faces of `sizes` (smallest and largest side in pixels, 0 for any) on a grey picture.

        Each as (x, y, width, height), with the number of overlapping windows that agreed on it.
        """
        smallest, largest = sizes
        if min(grey.shape) < max(smallest, TRAINED_SIZE_PX):
            return []
        with self._lock:
            try:
                found, votes = self._cascade.detectMultiScale2(
                    grey,
                    scaleFactor=step,
                    minNeighbors=neighbours,
                    minSize=(smallest, smallest),
                    maxSize=(largest, largest),  # (0, 0) for any
                )
            except cv2.error:
                self._cascade = _load(self._file)  # what failed half-way would fail with every later picture
                raise
        hits = ((int(x), int(y), int(w), int(h)) for x, y, w, h in found)
        return [(hit, int(count)) for hit, count in zip(hits, np.ravel(votes), strict=True)]


def _load(cascade: Path) -> cv2.CascadeClassifier:
    if not cascade.is_file():
        raise FileNotFoundError(f"no Haar cascade at {cascade}: reinstall opencv-python-headless<5, which ships it")
    try:
        loaded = cv2.CascadeClassifier(str(cascade))
    except (cv2.error, SystemError) as error:
        raise ValueError(f"{cascade} is not a Haar cascade: {error}") from error
    if loaded.empty():
        raise ValueError(f"{cascade} is not a Haar cascade, or is damaged")
    return loaded


def in_reading_order(boxes: list[Box]) -> list[Box]:
    """Boxes as one reads: top row first; faces whose centres differ by less than half a height share a row."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: b.y1 + b.y2):
        if rows and box.y1 + box.y2 - rows[-1][0].y1 - rows[-1][0].y2 < rows[-1][0].height:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=lambda b: b.x1)]


def _scaled_box(hit: tuple[int, int, int, int], scale_x: float, scale_y: float, width: int, height: int) -> Box:
    x, y, w, h = hit
    return Box(
        x1=max(round(x * scale_x), 0),
        y1=max(round(y * scale_y), 0),
        x2=min(round((x + w) * scale_x), width),
        y2=min(round((y + h) * scale_y), height),
    )

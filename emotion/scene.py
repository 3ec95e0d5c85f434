"""What changed between two frames: nothing much, a part of the picture, or all of it."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from emotion.faces import Box
from emotion.pyramid import GreyPyramid

COLUMNS, ROWS = 32, 18
CHANGED = 24.0
"""Difference of grey values (0-255) from which on a cell of the thumbnail counts as changed."""
CUT_SHARE = 0.4
"""Share of changed cells that makes another scene: of a talking head's picture seldom a fifth changes at once."""
PART_CELLS = 6
"""Connected changed cells that make a part, about a tile of a gallery; fewer are somebody's hand."""
MOST_PARTS = 3
AROUND = 1


@dataclass(frozen=True, slots=True)
class Change:
    """`cut` for another scene; else `regions` of the picture in which something appeared, largest first."""

    cut: bool
    regions: tuple[Box, ...] = ()


class SceneWatch:
    """Compares each picture of a stream with the one before; one thread at a time."""

    def __init__(self) -> None:
        self._before: npt.NDArray[np.float32] | None = None
        self._size = (0, 0)

    def look(self, pyramid: GreyPyramid) -> Change:
        """The change since the last call; the first picture, and one of another size, is a cut."""
        thumbnail = cv2.resize(pyramid.levels[-1].grey, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA).astype(
            np.float32
        )
        before, size = self._before, (pyramid.width, pyramid.height)
        self._before = thumbnail
        if before is None or size != self._size:
            self._size = size
            return Change(cut=True)
        # A lamp that is switched on changes all of a picture and nothing in it.
        difference = thumbnail - before
        changed = np.abs(difference - np.median(difference)) > CHANGED
        if changed.mean() > CUT_SHARE:
            return Change(cut=True)
        return Change(cut=False, regions=tuple(parts(changed, pyramid)))


def parts(changed: npt.NDArray[np.bool_], pyramid: GreyPyramid) -> list[Box]:
    """The larger connected parts of changed cells (18, 32), with a cell around them, as boxes of the picture."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(changed.astype(np.uint8), connectivity=8)
    large = [row for row in stats[1:] if row[cv2.CC_STAT_AREA] >= PART_CELLS]
    large.sort(key=lambda row: -row[cv2.CC_STAT_AREA])
    across, down = pyramid.width / COLUMNS, pyramid.height / ROWS
    return [
        pyramid.inside(
            (
                int((x - AROUND) * across),
                int((y - AROUND) * down),
                int((x + width + AROUND) * across),
                int((y + height + AROUND) * down),
            )
        )
        for x, y, width, height, _ in large[:MOST_PARTS]
    ]

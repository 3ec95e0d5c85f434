"""Grey copies of a picture, each half the size of the one before, for searches that cost little."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from emotion.faces import Box, RGBImage, require_rgb

Grey = npt.NDArray[np.uint8]

LEAST_SIDE_PX = 48
"""No copy is made of which a side would be smaller than twice a cascade's window."""


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One copy: `grey` uint8 (rows, columns), and how many of its pixels a picture's pixel takes, along x and y."""

    grey: Grey
    scale_x: float
    scale_y: float

    def to_picture(self, x: float, y: float, width: float, height: float) -> tuple[int, int, int, int]:
        """Corners in the picture of a rectangle on this copy."""
        return (
            round(x / self.scale_x),
            round(y / self.scale_y),
            round((x + width) / self.scale_x),
            round((y + height) / self.scale_y),
        )

    def crop(self, box: Box, margin: float) -> tuple[Grey, float, float]:
        """What lies in `box` and `margin` of its sides around it, cut at the border; and where it begins, x and y."""
        rows, columns = self.grey.shape
        x1 = max(round((box.x1 - margin * box.width) * self.scale_x), 0)
        y1 = max(round((box.y1 - margin * box.height) * self.scale_y), 0)
        x2 = min(round((box.x2 + margin * box.width) * self.scale_x), columns)
        y2 = min(round((box.y2 + margin * box.height) * self.scale_y), rows)
        return self.grey[y1 : max(y2, y1), x1 : max(x2, x1)], x1, y1


class GreyPyramid:
    """The copies of one picture, largest first; `width` and `height` are the picture's."""

    def __init__(self, levels: list[Level], width: int, height: int) -> None:
        self.levels = levels
        self.width = width
        self.height = height

    @classmethod
    def of(cls, image: RGBImage, reduction: float) -> "GreyPyramid":
        """Copies of an RGB picture, the first reduced by the factor `reduction` (<= 1), by averaging."""
        height, width = require_rgb(image).shape[:2]
        grey = reduced_grey(image, reduction)
        levels = [level_of(grey, width, height)]
        while min(grey.shape) >= 2 * LEAST_SIDE_PX:
            grey = cv2.resize(grey, (grey.shape[1] // 2, grey.shape[0] // 2), interpolation=cv2.INTER_AREA)
            levels.append(level_of(grey, width, height))
        return cls(levels, width, height)

    def level_for(self, box: Box, side: float) -> Level:
        """The smallest copy on which `box` is still `side` pixels wide, or the largest one."""
        fitting = [level for level in self.levels if box.width * level.scale_x >= side]
        return fitting[-1] if fitting else self.levels[0]

    def inside(self, corners: tuple[int, int, int, int]) -> Box:
        """A box of these corners, cut at the picture's border; it keeps at least one pixel."""
        x1, y1, x2, y2 = corners
        x1, y1 = min(max(x1, 0), self.width - 1), min(max(y1, 0), self.height - 1)
        return Box(x1, y1, min(max(x2, x1 + 1), self.width), min(max(y2, y1 + 1), self.height))


def level_of(grey: Grey, width: int, height: int) -> Level:
    return Level(grey, grey.shape[1] / width, grey.shape[0] / height)


def reduced_grey(image: RGBImage, reduction: float) -> Grey:
    """A grey copy, uint8 (rows, columns), reduced by averaging; shrinking first is cheaper than converting first."""
    if reduction < 1:
        size = (max(round(image.shape[1] * reduction), 1), max(round(image.shape[0] * reduction), 1))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)

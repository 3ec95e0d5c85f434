"""FER-2013's faces set back into pictures like a video call's, where a detector has to find them again."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from emotion.faces import Box, FaceBatch, RGBImage

WIDTH, HEIGHT, COLUMNS, ROWS = 1280, 720, 5, 3
SMALLEST_PX, LARGEST_PX = 48, 150
BLUR_PX = 12


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture, uint8 (720, 1280, 3), with a face in each tile: `boxes[i]` holds face `indices[i]` of a data set."""

    image: RGBImage
    boxes: list[Box]
    indices: npt.NDArray[np.int64]


def scenes(faces: FaceBatch, rng: np.random.Generator) -> Iterator[Scene]:
    """All `faces` uint8 (n, 48, 48, 1), fifteen to a scene, at random sizes and places in their tiles."""
    for start in range(0, len(faces), COLUMNS * ROWS):
        indices = np.arange(start, min(start + COLUMNS * ROWS, len(faces)))
        yield compose(faces[indices], indices, rng)


def compose(faces: FaceBatch, indices: npt.NDArray[np.int64], rng: np.random.Generator) -> Scene:
    """One scene; around each face lies a blurred copy of it, as hair and room would, without a hard edge to find."""
    image = np.full((HEIGHT, WIDTH), 64, np.uint8)
    width, height = WIDTH // COLUMNS, HEIGHT // ROWS
    boxes = []
    for number, face in enumerate(faces[:, :, :, 0]):
        row, column = divmod(number, COLUMNS)
        side = int(rng.integers(SMALLEST_PX, LARGEST_PX + 1))
        left = column * width + int(rng.integers(0, width - side + 1))
        top = row * height + int(rng.integers(0, height - side + 1))
        tile = cv2.GaussianBlur(cv2.resize(face, (width, height)), (0, 0), BLUR_PX)
        image[row * height : (row + 1) * height, column * width : (column + 1) * width] = tile
        image[top : top + side, left : left + side] = cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC)
        boxes.append(Box(left, top, left + side, top + side))
    return Scene(np.repeat(image[:, :, None], 3, axis=2), boxes, indices)

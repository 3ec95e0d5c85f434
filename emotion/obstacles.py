"""What keeps a network from reading a face: too few pixels, no sharpness, no light."""

from collections.abc import Sequence
from dataclasses import replace

import cv2

from emotion.analyzer import crop_faces
from emotion.faces import Box, Face, RGBImage
from emotion.pyramid import Grey

SMALLEST_PX = 16
"""At 16 pixels across claims are as often right as they promise, at 12 no more (0.81 and 0.71, FER-2013 reduced)."""
LEAST_CONTRAST = 2.5
"""Standard deviation of grey values (0-255); FER-2013 darkened to a twelfth keeps its promise, to a 25th no more."""
LEAST_SHARPNESS = 0.01
"""See `sharpness`. A blur of 1.5 pixels at 48 leaves nearly all faces above and its claims right (0.83); one of 2.5
brings four in five below, and of its claims only 0.64 are right."""


def obstacle(box: Box, face: Grey) -> str | None:
    """Why a face cannot be read, or `None`: `face` is its crop, uint8 (48, 48)."""
    if box.width < SMALLEST_PX:
        return "small"
    if float(face.std()) < LEAST_CONTRAST:
        return "dark"
    if sharpness(face) < LEAST_SHARPNESS:
        return "blurred"
    return None


def with_obstacle(face: Face, crop: Grey) -> Face:
    """The face of a single picture with what keeps it from being read; `crop` is cut from there, uint8 (48, 48)."""
    return replace(face, obstacle=obstacle(face.box, crop))


def with_obstacles(image: RGBImage, faces: Sequence[Face]) -> list[Face]:
    """Faces of a single RGB picture, uint8 (height, width, 3), each with what keeps it from being read.

    A stream sees to this itself, as it cuts its faces out only now and then.
    """
    crops = crop_faces(image, [face.box for face in faces])[..., 0]
    return [with_obstacle(face, crop) for face, crop in zip(faces, crops, strict=True)]


def sharpness(face: Grey) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al., 2000) over that of the face, so that light does not count."""
    variance = float(face.var())
    return float(cv2.Laplacian(face, cv2.CV_32F).var()) / variance if variance else 0.0

"""Boxes and captions on a copy of the picture."""

from collections.abc import Iterable

import cv2

from emotion.faces import Box, Face, RGBImage, require_rgb
from emotion.labels import COLOURS

Colour = tuple[int, int, int]

UNSURE_COLOUR: Colour = (255, 255, 255)
FONT = cv2.FONT_HERSHEY_SIMPLEX
CAPTION_SHARE = 0.13
"""Height of the caption's letters as a share of the box's height."""


def draw_faces(image: RGBImage, faces: Iterable[Face], numbered: bool = False) -> RGBImage:
    """A copy of `image` with a box and a caption ("happy 92%") per face; unsure faces are dashed.

    `numbered` puts the face's place in `faces`, from 1, before its caption, for tables beside the picture.
    """
    drawn = require_rgb(image).copy()
    for number, face in enumerate(faces, start=1):
        colour = face_colour(face)
        thickness = max(1, round(face.box.height / 60))
        if face.emotion is None:
            _dashed_box(drawn, face.box, thickness)
        else:
            cv2.rectangle(drawn, (face.box.x1, face.box.y1), (face.box.x2 - 1, face.box.y2 - 1), colour, thickness)
        text = caption_text(face)
        _caption(drawn, face.box, f"{number}: {text}" if numbered else text, colour)
    return drawn


def face_colour(face: Face) -> Colour:
    """RGB colour of the face's emotion; white when unsure."""
    return UNSURE_COLOUR if face.emotion is None else rgb(COLOURS[face.emotion])


def rgb(hexadecimal: str) -> Colour:
    """ "#C01303" -> (192, 19, 3)."""
    red, green, blue = bytes.fromhex(hexadecimal.removeprefix("#"))
    return red, green, blue


def caption_text(face: Face) -> str:
    """What stands above the box: the emotion and its probability, or "unsure"."""
    return face.label if face.emotion is None else f"{face.emotion} {face.confidence:.0%}"


def _caption(image: RGBImage, box: Box, text: str, colour: Colour) -> None:
    """`text` on a plate of `colour`, above the box or, at the picture's top, inside it."""
    scale = min(max(box.height * CAPTION_SHARE / 22, 0.35), 3.0)  # a letter of this font is 22 px high at scale 1
    thickness = max(1, round(scale * 1.6))
    (width, height), below = cv2.getTextSize(text, FONT, scale, thickness)
    pad = max(2, height // 4)
    plate_height = height + below + 2 * pad
    top = box.y1 - plate_height if box.y1 >= plate_height else box.y1
    left = max(min(box.x1, image.shape[1] - width - 2 * pad), 0)
    cv2.rectangle(image, (left, top), (left + width + 2 * pad - 1, top + plate_height - 1), colour, cv2.FILLED)
    origin = (left + pad, top + pad + height)
    cv2.putText(image, text, origin, FONT, scale, _ink(colour), thickness, cv2.LINE_AA)


def _ink(plate: Colour) -> Colour:
    """Black or white, whichever stands out more from the plate (WCAG relative luminance)."""
    linear = [(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in plate]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return (0, 0, 0) if luminance > 0.179 else (255, 255, 255)


def _dashed_box(image: RGBImage, box: Box, thickness: int) -> None:
    """A white dashed rectangle on a dark one, to be seen on any background."""
    dash = max(box.width // 9, 3)
    edges = (
        ((box.x1, box.y1), (box.x2 - 1, box.y1)),
        ((box.x1, box.y2 - 1), (box.x2 - 1, box.y2 - 1)),
        ((box.x1, box.y1), (box.x1, box.y2 - 1)),
        ((box.x2 - 1, box.y1), (box.x2 - 1, box.y2 - 1)),
    )
    cv2.rectangle(image, (box.x1, box.y1), (box.x2 - 1, box.y2 - 1), (40, 40, 40), thickness + 1)
    for (x1, y1), (x2, y2) in edges:
        length = max(x2 - x1, y2 - y1)
        step_x, step_y = (x2 > x1), (y2 > y1)
        for start in range(0, length, 2 * dash):
            end = min(start + dash, length)
            first = (x1 + start * step_x, y1 + start * step_y)
            last = (x1 + end * step_x, y1 + end * step_y)
            cv2.line(image, first, last, UNSURE_COLOUR, thickness)

"""Boxes and captions on a copy of the picture."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from enum import StrEnum

import cv2
import numpy as np

from emotion.captions import Caption, CaptionLayout
from emotion.faces import Box, Face, RGBImage, require_rgb
from emotion.plates import DARK, UNSURE_COLOUR, Colour, emotion_colour, plate


class DrawStyle(StrEnum):
    """What is drawn for each face."""

    LABELS = "labels"
    BOXES = "boxes"
    OFF = "off"


def draw_faces(
    image: RGBImage,
    faces: Iterable[Face],
    numbered: bool = False,
    style: DrawStyle = DrawStyle.LABELS,
    mirrored: bool = False,
    layout: CaptionLayout | None = None,
    marked: Collection[int] = (),
) -> RGBImage:
    """A copy of `image` with a box and a caption ("happy 92%") per face; unsure faces are dashed.

    `numbered` puts the face's place in `faces`, from 1, before its caption, for tables beside the picture. `mirrored`
    turns the picture left to right, captions apart. A `layout` that is kept from frame to frame keeps captions calm.
    Faces whose `track_id` is among those `marked` show it before their caption.
    """
    drawn = np.ascontiguousarray(require_rgb(image)[:, ::-1]) if mirrored else require_rgb(image).copy()
    if style is DrawStyle.OFF:
        return drawn
    height, width = drawn.shape[:2]
    shown = [replace(face, box=mirror(face.box, width)) if mirrored else face for face in faces]
    for face in shown:
        draw_box(drawn, face)
    if style is DrawStyle.LABELS:
        texts = [
            words(face, number if numbered else face.track_id if face.track_id in marked else None)
            for number, face in enumerate(shown, start=1)
        ]
        for caption in (layout or CaptionLayout()).place(shown, texts, width, height):
            put(drawn, caption)
    return drawn


def caption_text(face: Face) -> str:
    """What stands beside the box: the emotion and its probability, or "unsure"."""
    return face.label if face.emotion is None else f"{face.emotion} {face.confidence:.0%}"


def words(face: Face, number: int | None) -> list[str]:
    """A face's captions, longest first; with a number none is without it."""
    texts = [caption_text(face)] if face.emotion is None else [caption_text(face), face.label]
    return texts if number is None else [*(f"{number}: {text}" for text in texts), str(number)]


def mirror(box: Box, width: int) -> Box:
    """Where `box` is in the mirror image of a picture of this width."""
    return Box(width - box.x2, box.y1, width - box.x1, box.y2)


def draw_box(image: RGBImage, face: Face) -> None:
    """The face's box in its emotion's colour, or dashed where it is unsure."""
    box = face.box
    thickness = max(2, round(box.height / 60))
    if face.emotion is None:
        _dashed_box(image, box, thickness)
    else:
        colour = emotion_colour(face.emotion)
        cv2.rectangle(image, (box.x1, box.y1), (box.x2 - 1, box.y2 - 1), colour, thickness)


def put(image: RGBImage, caption: Caption) -> None:
    """A caption's plate, cut at the picture's border."""
    drawn = plate(caption.emotion, caption.words, caption.text_px)
    height, width = image.shape[:2]
    below, across = min(drawn.shape[0], height - caption.y), min(drawn.shape[1], width - caption.x)
    image[caption.y : caption.y + below, caption.x : caption.x + across] = drawn[:below, :across]


def _dashed_box(image: RGBImage, box: Box, thickness: int) -> None:
    """White dashes on dark, to be seen on any background."""
    edges: tuple[Colour, Colour] = (DARK, UNSURE_COLOUR)
    for colour, dashed in zip(edges, (False, True), strict=True):
        for rows, columns, along in (
            (slice(box.y1, box.y1 + thickness), slice(box.x1, box.x2), 1),
            (slice(max(box.y2 - thickness, 0), box.y2), slice(box.x1, box.x2), 1),
            (slice(box.y1, box.y2), slice(box.x1, box.x1 + thickness), 0),
            (slice(box.y1, box.y2), slice(max(box.x2 - thickness, 0), box.x2), 0),
        ):
            edge = image[max(rows.start, 0) : rows.stop, max(columns.start, 0) : columns.stop]
            if not dashed:
                edge[:] = colour
                continue
            dash = max(box.width // 9, 3)
            on = np.arange(edge.shape[along]) % (2 * dash) < dash
            edge[(slice(None), on) if along else on] = colour

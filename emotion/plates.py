"""Caption plates: a marker and words on an expression's colour, rendered once and kept."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from emotion.faces import RGBImage
from emotion.labels import COLOURS, Emotion
from emotion.markers import marker

Colour = tuple[int, int, int]

UNSURE_COLOUR: Colour = (255, 255, 255)
DARK: Colour = (24, 26, 30)
SMALLEST_TEXT_PX = 14
"""Font size below which letters (11 px high here) can no longer be read in a shared or reduced picture."""
LARGEST_KEPT_PX = 60
"""Plates with a larger font are not kept: they come from photos, and a thousand would fill a host's memory."""


def emotion_colour(emotion: Emotion | None) -> Colour:
    """RGB colour of an emotion; white when unsure."""
    return UNSURE_COLOUR if emotion is None else rgb(COLOURS[emotion])


def rgb(hexadecimal: str) -> Colour:
    """ "#C01303" -> (192, 19, 3)."""
    red, green, blue = bytes.fromhex(hexadecimal.removeprefix("#"))
    return red, green, blue


def plate(emotion: Emotion | None, words: str, text_px: int) -> RGBImage:
    """The marker of `emotion`, then `words` ("" for none) in a font of `text_px`; shared with others, so read-only.

    Filled with the emotion's colour; hollow when unsure, which is white on dark with a frame.
    """
    return (_plate if text_px <= LARGEST_KEPT_PX else _plate.__wrapped__)(emotion, words, text_px)


@lru_cache(maxsize=2048)
def plate_size(words: str, text_px: int) -> tuple[int, int]:
    """Width and height in pixels of a plate with these words; the same for all digits, so "91%" moves nothing."""
    pad, height, mark = _measures(text_px)
    width = pad + mark + pad
    if words:
        width += _gap(text_px) + round(_font(text_px).getlength(words))
    return width, height


@lru_cache(maxsize=512)
def _plate(emotion: Emotion | None, words: str, text_px: int) -> RGBImage:
    width, height = plate_size(words, text_px)
    pad, _, mark = _measures(text_px)
    ink = Image.new("L", (width, height))
    if words:
        middle_left = (pad + mark + _gap(text_px), height / 2 + _drop(text_px))
        ImageDraw.Draw(ink).text(middle_left, words, fill=255, font=_font(text_px), anchor="ls")
    share = np.asarray(ink, np.float32) / 255
    top = (height - mark) // 2
    share[top : top + mark, pad : pad + mark] = marker(emotion, mark).astype(np.float32) / 255
    fill = DARK if emotion is None else emotion_colour(emotion)
    colour = np.array(fill, np.float32)
    drawn = colour + share[:, :, None] * (np.array(ink_on(fill), np.float32) - colour)
    made: npt.NDArray[np.uint8] = np.round(drawn).astype(np.uint8)
    if emotion is None:
        line = max(text_px // 20, 1)
        made[:line] = made[-line:] = made[:, :line] = made[:, -line:] = UNSURE_COLOUR
    made.setflags(write=False)
    return made


@lru_cache(maxsize=64)
def _font(text_px: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font (Aileron, CC0), the same on every system."""
    font = ImageFont.load_default(text_px)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow was built without FreeType; its wheels have it")
    return font


def _measures(text_px: int) -> tuple[int, int, int]:
    """Padding at the sides, height of the plate, side of the marker's square."""
    return max(round(text_px * 0.3), 3), round(text_px * 1.3), round(text_px * 0.78)


def _gap(text_px: int) -> int:
    """Pixels between marker and words."""
    return max(round(text_px * 0.3), 3)


def _drop(text_px: int) -> int:
    """From a plate's middle down to the line that letters stand on: half the height of an "h"."""
    _, top, _, bottom = _font(text_px).getbbox("h", anchor="ls")
    return round((bottom - top) / 2)


def ink_on(fill: Colour) -> Colour:
    """Black or white, whichever stands out more from `fill` (WCAG relative luminance)."""
    linear = [(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in fill]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return (0, 0, 0) if luminance > 0.179 else (255, 255, 255)

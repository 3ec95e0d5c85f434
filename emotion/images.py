"""Bytes to an upright RGB picture, within limits; a picture to PNG."""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

from emotion.faces import RGBImage, require_rgb

FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
MAX_BYTES = 20_000_000
MAX_PIXELS = 36_000_000
"""Largest picture decoded: 36 megapixels, 108 MB as RGB."""

# What Pillow's parsers raise on damaged files, found by fuzzing; not only OSError.
DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    OverflowError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    zlib.error,
)


class PictureError(ValueError):
    """A file that cannot be shown as a picture; the message is for the person who gave it."""


class NotAPictureError(PictureError):
    """It is none of `FORMATS`, or damaged from its first bytes on."""


class PictureTooLargeError(PictureError):
    """It has more bytes or pixels than are read."""


def decode_picture(content: bytes, most_pixels: int = MAX_PIXELS) -> RGBImage:
    """Decode a JPEG, PNG, WebP or BMP file to uint8 RGB (height, width, 3), turned upright by its EXIF.

    16-bit, grey, palette and CMYK pictures are converted, transparent ones laid on white, of animated ones the
    first frame is taken. The size is checked before any pixel is decoded.

    Raises:
        PictureError: not such a picture (`NotAPictureError`), damaged, or above `MAX_BYTES` or `most_pixels`
            (`PictureTooLargeError`).
    """
    if not content:
        raise PictureError("The file is empty (0 bytes).")
    if len(content) > MAX_BYTES:
        raise PictureTooLargeError(
            f"The file has {len(content) / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read."
        )
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise PictureTooLargeError(
            f"The picture is too large; at most {most_pixels / 1e6:.0f} megapixels are read."
        ) from None
    except DAMAGED:
        raise NotAPictureError("This is not a JPEG, PNG, WebP or BMP picture, or it is damaged.") from None
    with picture:
        width, height = picture.size
        if width * height > most_pixels:
            raise PictureTooLargeError(
                f"The picture has {width} x {height} pixels; at most {most_pixels / 1e6:.0f} megapixels are read. "
                "Reduce it and try again."
            )
        try:
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            return np.array(_to_rgb(upright))
        except DAMAGED:
            raise PictureError("The picture is cut off or damaged; open and save it again, or take another.") from None


def encode_png(image: RGBImage) -> bytes:
    """`image` as a PNG file without any metadata."""
    file = io.BytesIO()
    Image.fromarray(require_rgb(image)).save(file, format="PNG", compress_level=1)  # a quarter quicker than 3, as large
    return file.getvalue()


def encode_jpeg(image: RGBImage, quality: int = 80) -> bytes:
    """`image` as a JPEG file without any metadata."""
    file = io.BytesIO()
    Image.fromarray(require_rgb(image)).save(file, format="JPEG", quality=quality)
    return file.getvalue()


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16-bit grey, which Pillow would clip to white
        return Image.fromarray((np.asarray(picture).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return picture.convert("RGB")

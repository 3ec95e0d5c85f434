"""Pictures as people send them: turned, odd, damaged, hostile."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from emotion.images import MAX_BYTES, PictureError, decode_picture, encode_png


def file_of(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, format=kind, **options)
    return file.getvalue()


def gradient(width: int = 40, height: int = 30) -> Image.Image:
    rows, columns = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([rows * 5, columns * 5, rows + columns], axis=2).astype(np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_lossless_formats_come_back_as_they_were(kind):
    picture = gradient()
    assert np.array_equal(decode_picture(file_of(picture, kind)), np.asarray(picture))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_formats_come_back_nearly(kind):
    picture = gradient()
    decoded = decode_picture(file_of(picture, kind, quality=95))
    assert decoded.shape == (30, 40, 3)
    assert np.abs(decoded.astype(int) - np.asarray(picture)).mean() < 6


def test_exif_rotation_is_respected():
    picture = gradient()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to see it upright
    decoded = decode_picture(file_of(picture, "PNG", exif=exif))
    assert np.array_equal(decoded, np.rot90(np.asarray(picture), k=-1))


def test_grey_and_palette_pictures_become_rgb():
    grey = gradient().convert("L")
    assert np.array_equal(decode_picture(file_of(grey)), np.stack([np.asarray(grey)] * 3, axis=2))
    assert decode_picture(file_of(gradient().quantize(16))).shape == (30, 40, 3)


def test_sixteen_bit_grey_is_scaled_not_clipped():
    deep = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    decoded = decode_picture(file_of(Image.fromarray(deep)))
    assert np.abs(decoded[:, :, 0].astype(int) - np.arange(256).reshape(16, 16)).max() <= 1


def test_cmyk_becomes_rgb():
    decoded = decode_picture(file_of(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert np.abs(decoded[4, 4].astype(int) - (255, 0, 0)).max() < 12


def test_transparent_pixels_are_laid_on_white():
    picture = Image.new("RGBA", (4, 4), (200, 0, 0, 0))
    picture.putpixel((0, 0), (200, 0, 0, 255))
    decoded = decode_picture(file_of(picture))
    assert decoded[0, 0].tolist() == [200, 0, 0]
    assert decoded[3, 3].tolist() == [255, 255, 255]


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    content = file_of(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert decode_picture(content)[0, 0].tolist() == [255, 0, 0]


def test_one_pixel_is_a_picture():
    assert decode_picture(file_of(Image.new("RGB", (1, 1), "white"))).tolist() == [[[255, 255, 255]]]


def test_nothing_is_refused_by_name():
    with pytest.raises(PictureError, match="empty"):
        decode_picture(b"")


@pytest.mark.parametrize("content", [b"hello, world" * 20, b"%PDF-1.7\n", b"\xff\xd8\xff", file_of(gradient(), "GIF")])
def test_not_a_picture(content):
    with pytest.raises(PictureError, match="not a JPEG, PNG, WebP or BMP"):
        decode_picture(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_truncated_pictures_are_refused(kind, kept):
    content = file_of(gradient(200, 150), kind)
    with pytest.raises(PictureError):
        decode_picture(content[: int(len(content) * kept)])


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size that its few bytes would unpack to."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [6_001, 9_000, 20_000])
def test_a_decompression_bomb_is_refused_before_decoding(side):
    with pytest.raises(PictureError, match="36 megapixels"):
        decode_picture(png_claiming(side, side))


def test_too_many_bytes_are_refused():
    with pytest.raises(PictureError, match="at most 20 MB"):
        decode_picture(b"\0" * (MAX_BYTES + 1))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["PNG", "JPEG", "WEBP", "BMP"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12),
    st.floats(0.2, 1),
)
def test_damaged_files_are_decoded_or_refused_never_a_crash(kind, changes, kept):
    content = bytearray(file_of(gradient(), kind))
    for place, value in changes:
        content[int(place * (len(content) - 1))] = value
    try:
        image = decode_picture(bytes(content[: max(1, int(len(content) * kept))]))
    except PictureError:
        return
    assert image.dtype == np.uint8
    assert image.ndim == 3


def test_png_keeps_every_pixel_and_no_metadata():
    image = np.asarray(gradient())
    content = encode_png(image)
    assert np.array_equal(decode_picture(content), image)
    assert not Image.open(io.BytesIO(content)).info

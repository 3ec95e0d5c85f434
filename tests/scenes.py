"""Pictures for tests and benchmarks: a real face in a wider scene, a gallery of tiles, a fake camera's film."""

from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from emotion.faces import Box, RGBImage

BACKGROUND = (94, 100, 108)
Grey = NDArray[np.uint8]


def on_background(picture: RGBImage, width: int, height: int) -> RGBImage:
    """`picture`, scaled to fit the height, in the middle of a plain `width` x `height` scene."""
    scene = np.full((height, width, 3), BACKGROUND, np.uint8)
    scale = min(height / picture.shape[0], width / picture.shape[1])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    scene[top : top + size[1], left : left + size[0]] = small
    return scene


def gallery(
    faces: Sequence[Grey], columns: int, rows: int, width: int = 1280, height: int = 720, face_px: int = 90
) -> tuple[RGBImage, list[Box]]:
    """A video call's gallery view, one grey face per tile on a blurred copy of itself; the picture and its boxes."""
    scene = np.full((height, width, 3), 32, np.uint8)
    tile_width, tile_height, gap = width // columns, height // rows, 3
    boxes = []
    for index, face in enumerate(faces[: columns * rows]):
        row, column = divmod(index, columns)
        inner = (tile_width - 2 * gap, tile_height - 2 * gap)
        tile = cv2.GaussianBlur(cv2.resize(face, inner), (0, 0), 12)
        tile = (tile * 0.6 + 40).astype(np.uint8)
        left, top = (inner[0] - face_px) // 2, (inner[1] - face_px) // 2
        enlarged = cv2.resize(face, (face_px, face_px), interpolation=cv2.INTER_CUBIC)
        tile[top : top + face_px, left : left + face_px] = enlarged
        x, y = column * tile_width + gap, row * tile_height + gap
        scene[y : y + inner[1], x : x + inner[0]] = tile[:, :, None]
        boxes.append(Box(x + left, y + top, x + left + face_px, y + top + face_px))
    return scene, boxes


def count_found(found: Sequence[Box], truth: Sequence[Box], least: float = 0.4) -> tuple[int, int]:
    """How many true boxes were found, and how many found ones are false, at an overlap of `least`."""
    hit = sum(any(t.overlap(f) >= least for f in found) for t in truth)
    false = sum(all(t.overlap(f) < least for t in truth) for f in found)
    return hit, false


def write_mjpeg(path: Path, frames: Sequence[RGBImage], rate: int = 15) -> None:
    """A motion-JPEG file as Chromium's `--use-file-for-fake-video-capture` plays it, in a loop."""
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w", format="mjpeg") as film:
        stream = film.add_stream("mjpeg", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        stream.options = {"q:v": "3"}
        for image in frames:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        film.mux(stream.encode())


def jpeg(image: RGBImage, quality: int = 85) -> bytes:
    """A picture as a browser or a camera sends it."""
    done, content = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return bytes(content)

"""Several views of one face averaged into one answer: better by about a point, and never what the app does.

So whatever is measured with it has to say so; see `LABELS`.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum

import cv2
import numpy as np

from emotion.faces import FACE_SIZE, FaceBatch, Scores, require_faces

CROP = 44
"""Side of the ten crops, in pixels of a 48 x 48 face, as in the published results that average over ten."""


class Averaging(StrEnum):
    """Which views of a face are averaged."""

    NONE = "none"
    FLIP = "flip"
    TEN_CROP = "ten-crop"


LABELS = {
    Averaging.NONE: "one plain forward pass, as the app does",
    Averaging.FLIP: "average over each face and its mirror image; the app does not do this",
    Averaging.TEN_CROP: "average over four corners, the middle and their mirror images; the app does not do this",
}


def predict_averaged(predict: Callable[[FaceBatch], Scores], faces: FaceBatch, averaging: Averaging) -> Scores:
    """The mean of what `predict` answers to each view of `faces`: float32 (n, 7)."""
    answers = np.stack([predict(view) for view in views(require_faces(faces), averaging)])
    mean: Scores = answers.mean(axis=0, dtype=np.float32)
    return mean


def views(faces: FaceBatch, averaging: Averaging) -> Iterator[FaceBatch]:
    """One batch a view, each of the shape of `faces`."""
    crops = (crop(faces, *origin) for origin in ten_crop_origins())
    for view in crops if averaging is Averaging.TEN_CROP else [faces]:
        yield view
        if averaging is not Averaging.NONE:
            yield np.ascontiguousarray(view[:, :, ::-1])


def ten_crop_origins() -> list[tuple[int, int]]:
    """Top and left of the four corners and the middle; with their mirror images these are ten."""
    last = FACE_SIZE - CROP
    return [(0, 0), (0, last), (last, 0), (last, last), (last // 2, last // 2)]


def crop(faces: FaceBatch, top: int, left: int) -> FaceBatch:
    """The `CROP` x `CROP` part of each face, enlarged to the network's input."""
    enlarged = np.empty_like(faces)
    for face, target in zip(faces, enlarged, strict=True):
        part = face[top : top + CROP, left : left + CROP, 0]
        target[:, :, 0] = cv2.resize(part, (FACE_SIZE, FACE_SIZE), interpolation=cv2.INTER_LINEAR)
    return enlarged

"""Where the network looked: how much an answer suffers when a part of the face is covered."""

import cv2
import numpy as np
import numpy.typing as npt

from emotion.classifier import EmotionClassifier
from emotion.faces import FACE_SIZE, FaceBatch, RGBImage, require_faces

PATCH_PX, STRIDE_PX = 10, 4
"""An eye of a 48 pixel face is about as large as the patch."""
SHOWN_PX = 288
LEAST_RANGE = 0.1
"""A map whose largest drop is less is drawn as if it were this, or nothing would look like something."""
VEIL = 0.65

Map = npt.NDArray[np.float32]


def occlusion_map(face: FaceBatch, classifier: EmotionClassifier) -> Map:
    """How far the probability of the likeliest expression falls when a pixel is covered, float32 (48, 48).

    `face` is one crop, uint8 (1, 48, 48, 1). A square of the face's mean grey is moved over it (Zeiler and Fergus,
    2014); a pixel's value is the mean over the squares that cover it, negative where covering helps the answer. All
    squares are one call of the network.

    Raises:
        ValueError: not one crop.
    """
    if len(require_faces(face)) != 1:
        raise ValueError(f"expected one face, got {len(face)}")
    last = FACE_SIZE - PATCH_PX
    starts = sorted({*range(0, last + 1, STRIDE_PX), last})
    squares = [(slice(y, y + PATCH_PX), slice(x, x + PATCH_PX)) for y in starts for x in starts]
    covered = np.repeat(face, len(squares) + 1, axis=0)
    for picture, square in zip(covered[1:], squares, strict=True):
        picture[square] = round(float(face.mean()))
    scores = classifier.predict(covered)
    likeliest = int(scores[0].argmax())
    drops = scores[0, likeliest] - scores[1:, likeliest]
    total, count = np.zeros((FACE_SIZE, FACE_SIZE), np.float32), np.zeros((FACE_SIZE, FACE_SIZE), np.float32)
    for square, drop in zip(squares, drops, strict=True):
        total[square] += drop
        count[square] += 1
    return total / count


def draw_map(face: FaceBatch, drops: Map) -> RGBImage:
    """The crop uint8 (1, 48, 48, 1), enlarged, under a veil from dark blue (no change) to yellow (the largest drop).

    cividis, whose order is one of lightness, too, and the same to colour-blind eyes (Nunez et al., 2018).
    """
    size = (SHOWN_PX, SHOWN_PX)
    grey = cv2.resize(face[0, :, :, 0], size, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.resize(np.maximum(drops, 0), size, interpolation=cv2.INTER_LINEAR)
    levels = np.clip(255 * smooth / max(float(smooth.max()), LEAST_RANGE), 0, 255).astype(np.uint8)
    veil = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_CIVIDIS), cv2.COLOR_BGR2RGB)
    mixed = (1 - VEIL) * cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB) + VEIL * veil
    return np.rint(mixed).astype(np.uint8)


def in_words(drops: Map) -> str:
    """Which part of the face matters most, in thirds: "the lower middle"."""
    if float(drops.max()) < LEAST_RANGE / 2:
        return "no part alone"
    height = FACE_SIZE // 3
    thirds = drops.reshape(3, height, 3, height).mean(axis=(1, 3))
    row, column = divmod(int(thirds.argmax()), 3)
    vertical, across = ("upper", "middle", "lower")[row], ("left", "middle", "right")[column]
    return "the middle" if row == column == 1 else f"the {vertical} {across}"

"""What a webcam does to a face: turned, moved, nearer, darker, smaller, partly hidden.

Plain NumPy and OpenCV on the host, so that it is the same on every Keras backend and a seed gives the same
pictures after a resumed run.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from emotion.faces import FACE_SIZE, FaceBatch, require_faces

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How strongly faces are varied; each value is a maximum, drawn uniformly up to it.

    `rotation_deg` in degrees, `shift` and `zoom` and `stretch` as fractions of the face's side, `brightness` and
    `contrast` as fractions of the full range, the `*_chance` values as probabilities. `smallest_px` is the side a
    face is reduced to (and enlarged again) at worst, as a far seat in a video call would be.
    """

    flip_chance: float = 0.5
    rotation_deg: float = 15.0
    shift: float = 0.08
    zoom: float = 0.12
    stretch: float = 0.06
    brightness: float = 0.2
    contrast: float = 0.3
    reduce_chance: float = 0.2
    smallest_px: int = 20
    erase_chance: float = 0.2
    erase_area: float = 0.12

    def __call__(self, faces: FaceBatch, rng: np.random.Generator) -> FaceBatch:
        """A varied copy of `faces`, uint8 (n, 48, 48, 1)."""
        steps: tuple[Callable[[Grey, np.random.Generator], Grey], ...] = (
            self.warp,
            self.relight,
            self.reduce,
            self.erase,
        )
        varied = np.empty_like(require_faces(faces))
        for index, face in enumerate(faces):
            grey = face[:, :, 0]
            for step in steps:
                grey = step(grey, rng)
            varied[index, :, :, 0] = grey
        return varied

    def warp(self, face: Grey, rng: np.random.Generator) -> Grey:
        """Flip, turn, zoom, stretch and shift in one resampling; the border repeats as Haar crops continue."""
        angle = np.deg2rad(rng.uniform(-self.rotation_deg, self.rotation_deg))
        zoom = 1 + rng.uniform(-self.zoom, self.zoom)
        stretch = 1 + rng.uniform(-self.stretch, self.stretch)
        mirror = -1 if rng.random() < self.flip_chance else 1
        cos, sin = np.cos(angle), np.sin(angle)
        linear = np.array([[cos, -sin], [sin, cos]]) @ np.diag([mirror * zoom * stretch, zoom / stretch])
        centre = np.full(2, (FACE_SIZE - 1) / 2)
        offset = centre - linear @ centre + rng.uniform(-self.shift, self.shift, 2) * FACE_SIZE
        matrix = np.column_stack([linear, offset])
        return cv2.warpAffine(face, matrix, face.shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def relight(self, face: Grey, rng: np.random.Generator) -> Grey:
        """Contrast about the face's mean, then brightness."""
        contrast = 1 + rng.uniform(-self.contrast, self.contrast)
        mean = float(face.mean())
        beta = mean * (1 - contrast) + 255 * rng.uniform(-self.brightness, self.brightness)
        table = np.clip(np.arange(256) * contrast + beta, 0, 255).astype(np.uint8)
        return cv2.LUT(face, table)

    def reduce(self, face: Grey, rng: np.random.Generator) -> Grey:
        """Shrink to a small source size and enlarge back, as `crop_faces` does with far faces."""
        if rng.random() >= self.reduce_chance:
            return face
        side = int(rng.integers(self.smallest_px, FACE_SIZE))
        small = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, face.shape[::-1], interpolation=cv2.INTER_LINEAR)

    def erase(self, face: Grey, rng: np.random.Generator) -> Grey:
        """Cover a random rectangle with noise: a hand, a cup, a microphone (Zhong et al., 2017)."""
        if rng.random() >= self.erase_chance:
            return face
        area = rng.uniform(0.02, self.erase_area) * face.size
        aspect = np.exp(rng.uniform(-1, 1))
        height = min(int(np.sqrt(area * aspect)) + 1, FACE_SIZE)
        width = min(int(np.sqrt(area / aspect)) + 1, FACE_SIZE)
        top, left = rng.integers(0, FACE_SIZE - height + 1), rng.integers(0, FACE_SIZE - width + 1)
        covered = face.copy()
        covered[top : top + height, left : left + width] = rng.integers(0, 256, (height, width), dtype=np.uint8)
        return covered

"""What a webcam does to a face: turned, moved, nearer, darker, smaller, blurred, compressed, partly hidden.

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
Pictures = npt.NDArray[np.uint8]
"""Like a `FaceBatch`, of any side: uint8 (n, side, side, 1)."""
BEST_JPEG = 80


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How strongly faces are varied; each value is a maximum, drawn uniformly up to it.

    `rotation_deg` in degrees, `shift` and `zoom` and `stretch` as fractions of the face's side, `brightness` and
    `contrast` as fractions of the full range, the `*_chance` values as probabilities. `smallest_px` is the side a
    face is reduced to (and enlarged again) at worst, as a far seat in a video call would be; `blur` the largest sigma
    as a fraction of the side; `worst_jpeg` the lowest quality.
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
    blur_chance: float = 0.1
    blur: float = 0.035
    jpeg_chance: float = 0.1
    worst_jpeg: int = 20
    erase_chance: float = 0.2
    erase_area: float = 0.12

    def __call__(self, faces: FaceBatch, rng: np.random.Generator, side: int = FACE_SIZE) -> Pictures:
        """A varied copy of `faces`, uint8 (n, 48, 48, 1), resampled to uint8 (n, side, side, 1)."""
        varied = np.empty((len(require_faces(faces)), side, side, 1), np.uint8)
        for index, face in enumerate(faces):
            grey = self.relight(self.warp(face[:, :, 0], rng, side), rng)
            varied[index, :, :, 0] = self.worsen(grey, rng)
        return varied

    def worsen(self, face: Grey, rng: np.random.Generator) -> Grey:
        """What takes something from a face: fewer pixels, a blur, a JPEG, a cover."""
        steps: tuple[Callable[[Grey, np.random.Generator], Grey], ...] = (
            self.reduce,
            self.defocus,
            self.compress,
            self.erase,
        )
        for step in steps:
            face = step(face, rng)
        return face

    def warp(self, face: Grey, rng: np.random.Generator, side: int = FACE_SIZE) -> Grey:
        """Flip, turn, zoom, stretch and shift in one resampling to `side`; borders repeat as Haar crops continue."""
        angle = np.deg2rad(rng.uniform(-self.rotation_deg, self.rotation_deg))
        zoom = 1 + rng.uniform(-self.zoom, self.zoom)
        stretch = 1 + rng.uniform(-self.stretch, self.stretch)
        mirror = -1 if rng.random() < self.flip_chance else 1
        cos, sin = np.cos(angle), np.sin(angle)
        scale = side / len(face)
        linear = scale * np.array([[cos, -sin], [sin, cos]]) @ np.diag([mirror * zoom * stretch, zoom / stretch])
        before, after = np.full(2, (len(face) - 1) / 2), np.full(2, (side - 1) / 2)
        offset = after - linear @ before + rng.uniform(-self.shift, self.shift, 2) * side
        matrix = np.column_stack([linear, offset])
        return cv2.warpAffine(face, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

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
        # A face that is fitted smaller is reduced by as much.
        side = round(int(rng.integers(self.smallest_px, FACE_SIZE)) * len(face) / FACE_SIZE)
        small = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, face.shape[::-1], interpolation=cv2.INTER_LINEAR)

    def defocus(self, face: Grey, rng: np.random.Generator) -> Grey:
        """Blur, as a lens out of focus or a denoising camera does."""
        if rng.random() >= self.blur_chance:
            return face
        return np.asarray(cv2.GaussianBlur(face, (0, 0), max(rng.uniform(0, self.blur) * len(face), 0.1)), np.uint8)

    def compress(self, face: Grey, rng: np.random.Generator) -> Grey:
        """Through a JPEG, whose blocks are those of a video call with little bandwidth."""
        if rng.random() >= self.jpeg_chance:
            return face
        quality = int(rng.integers(self.worst_jpeg, BEST_JPEG))
        content = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), np.uint8)

    def erase(self, face: Grey, rng: np.random.Generator) -> Grey:
        """Cover a random rectangle with noise: a hand, a cup, a microphone (Zhong et al., 2017)."""
        if rng.random() >= self.erase_chance:
            return face
        area = rng.uniform(0.02, self.erase_area) * face.size
        aspect = np.exp(rng.uniform(-1, 1))
        height = min(int(np.sqrt(area * aspect)) + 1, len(face))
        width = min(int(np.sqrt(area / aspect)) + 1, len(face))
        top, left = rng.integers(0, len(face) - height + 1), rng.integers(0, len(face) - width + 1)
        covered = face.copy()
        covered[top : top + height, left : left + width] = rng.integers(0, 256, (height, width), dtype=np.uint8)
        return covered

"""`training.augmentation` as arithmetic on the device: the same kinds and strengths, drawn for a whole batch at once.

Whatever resamples a face along rows and columns (fewer pixels, a blur) is a 48 x 48 matrix, looked up in a table.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from emotion.faces import FACE_SIZE
from training.augmentation import BEST_JPEG, Augmentation

Array = Any
"""A `jax.Array`, whose type is unknown where JAX is not installed; faces are float32 (b, 48, 48), 0-255."""
Key = Any
Matrices = npt.NDArray[np.float32]
BLURS = 24
BLOCK = 8
SMALLEST_ERASED = 0.02
JPEG_LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
)
"""ITU-T T.81, table K.1."""


@dataclass(frozen=True, slots=True)
class Variation:
    """The faces of a batch varied as `strength` says; pure functions of a key, so that they may be compiled."""

    strength: Augmentation

    def turn(self, key: Key, faces: Array) -> Array:
        """Flip, turn, zoom, stretch and shift in one bilinear resampling, borders repeated, then relight."""
        most = self.strength
        draws = jax.random.uniform(key, (9, len(faces)))
        angle = jnp.deg2rad(most.rotation_deg) * both_ways(draws[0])
        zoom, stretch = 1 + most.zoom * both_ways(draws[1]), 1 + most.stretch * both_ways(draws[2])
        mirror = jnp.where(draws[3] < most.flip_chance, -1.0, 1.0)
        shift_x, shift_y = (most.shift * FACE_SIZE * both_ways(draws[i]) for i in (4, 5))
        middle = (FACE_SIZE - 1) / 2
        y, x = jnp.meshgrid(*[jnp.arange(FACE_SIZE) - middle] * 2, indexing="ij")
        x, y = x - shift_x[:, None, None], y - shift_y[:, None, None]
        cos, sin = jnp.cos(angle)[:, None, None], jnp.sin(angle)[:, None, None]
        across = (cos * x + sin * y) * (mirror / (zoom * stretch))[:, None, None] + middle
        down = (cos * y - sin * x) * (stretch / zoom)[:, None, None] + middle
        faces = bilinear(faces, down, across)
        contrast = (1 + most.contrast * both_ways(draws[6]))[:, None, None]
        light = (255 * most.brightness * both_ways(draws[7]))[:, None, None]
        mean = faces.mean((1, 2), keepdims=True)
        return jnp.clip((faces - mean) * contrast + mean + light, 0, 255)

    def worsen(self, key: Key, faces: Array) -> Array:
        """Fewer pixels, a blur, a JPEG, a cover, each by lot."""
        most = self.strength
        keys = jax.random.split(key, 4)
        fewer = lot(keys[0], len(faces), most.reduce_chance, FACE_SIZE - most.smallest_px)
        blur = lot(keys[1], len(faces), most.blur_chance, BLURS)
        along = jnp.asarray(blurs(most.blur))[blur] @ jnp.asarray(reductions(most.smallest_px))[fewer]
        faces = jnp.einsum("bij,bjk,blk->bil", along, faces, along, precision="highest")
        return erase(most, keys[3], compress(most, keys[2], faces))


def both_ways(draws: Array) -> Array:
    """Draws from 0 to 1 as draws from -1 to 1."""
    return 2 * draws - 1


def lot(key: Key, count: int, chance: float, entries: int) -> Array:
    """For each of `count` faces the number of a table's entry, from 1, or with the rest of `chance` 0: nothing."""
    by_lot, which = jax.random.split(key)
    chosen = jax.random.randint(which, (count,), 1, entries + 1)
    return jnp.where(jax.random.uniform(by_lot, (count,)) < chance, chosen, 0)


def bilinear(faces: Array, down: Array, across: Array) -> Array:
    """`faces` read at the fractional rows and columns (b, 48, 48); outside, the border goes on."""
    down, across = (jnp.clip(at, 0, FACE_SIZE - 1) for at in (down, across))
    top, left = (jnp.minimum(jnp.floor(at), FACE_SIZE - 2).astype("int32") for at in (down, across))
    lower, right = down - top, across - left
    flat = faces.reshape(len(faces), -1)

    def at(row: Array, column: Array) -> Array:
        index = (row * FACE_SIZE + column).reshape(len(faces), -1)
        return jnp.take_along_axis(flat, index, axis=1).reshape(faces.shape)

    upper_row = at(top, left) * (1 - right) + at(top, left + 1) * right
    lower_row = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return upper_row * (1 - lower) + lower_row * lower


@cache
def reductions(smallest: int) -> Matrices:
    """Entry 0 leaves a side as it is; entry i shrinks it to `smallest` + i - 1 pixels and enlarges it again."""
    same = np.eye(FACE_SIZE, dtype=np.float32)
    entries = [same]
    for side in range(smallest, FACE_SIZE):
        small = cv2.resize(same, (FACE_SIZE, side), interpolation=cv2.INTER_AREA)
        entries.append(cv2.resize(small, (FACE_SIZE, FACE_SIZE), interpolation=cv2.INTER_LINEAR))
    return np.stack(entries)


@cache
def blurs(largest: float) -> Matrices:
    """Entry 0 leaves a side as it is; the others blur it, up to a sigma of `largest` of the side."""
    same = np.eye(FACE_SIZE, dtype=np.float32)
    entries = [same]
    for step in range(1, BLURS + 1):
        sigma = max(largest * FACE_SIZE * step / BLURS, 0.1)
        kernel = cv2.getGaussianKernel(2 * int(np.ceil(3 * sigma)) + 1, sigma, cv2.CV_32F)
        entries.append(np.asarray(cv2.sepFilter2D(same, -1, np.ones((1, 1), np.float32), kernel), np.float32))
    return np.stack(entries)


@cache
def cosines() -> Matrices:
    """The discrete cosine transform of eight values, (8, 8), as JPEG has it."""
    frequency, place = np.mgrid[:BLOCK, :BLOCK]
    basis = np.cos((2 * place + 1) * frequency * np.pi / (2 * BLOCK)) * np.sqrt(2 / BLOCK)
    basis[0] /= np.sqrt(2)
    return np.asarray(basis, np.float32)


def compress(most: Augmentation, key: Key, faces: Array) -> Array:
    """What a JPEG of a quality drawn by lot leaves of `faces`: its rounded cosines of each 8 x 8 block."""
    by_lot, draw = jax.random.split(key)
    quality = jax.random.uniform(draw, (len(faces),), minval=most.worst_jpeg, maxval=BEST_JPEG)
    scale = jnp.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100
    table = jnp.clip(jnp.round(JPEG_LUMINANCE * scale[:, None, None]), 1, 255)[:, None, :, None, :]
    basis = jnp.asarray(cosines())
    blocks = faces.reshape(-1, FACE_SIZE // BLOCK, BLOCK, FACE_SIZE // BLOCK, BLOCK) - 128
    waves = jnp.einsum("ui,bricj,vj->brucv", basis, blocks, basis, precision="highest")
    waves = jnp.round(waves / table) * table
    kept = jnp.einsum("ui,brucv,vj->bricj", basis, waves, basis, precision="highest") + 128
    compressed = jnp.clip(kept.reshape(faces.shape), 0, 255)
    chosen = jax.random.uniform(by_lot, (len(faces), 1, 1)) < most.jpeg_chance
    return jnp.where(chosen, compressed, faces)


def erase(most: Augmentation, key: Key, faces: Array) -> Array:
    """A rectangle of some faces covered with noise (Zhong et al., 2017)."""
    keys = jax.random.split(key, 2)
    draws = jax.random.uniform(keys[0], (5, len(faces), 1, 1))
    area = (SMALLEST_ERASED + (most.erase_area - SMALLEST_ERASED) * draws[0]) * FACE_SIZE**2
    aspect = jnp.exp(both_ways(draws[1]))
    height, width = jnp.sqrt(area * aspect), jnp.sqrt(area / aspect)
    top, left = draws[2] * (FACE_SIZE - height), draws[3] * (FACE_SIZE - width)
    y, x = jnp.arange(FACE_SIZE)[None, :, None], jnp.arange(FACE_SIZE)[None, None, :]
    inside = (y >= top) & (y < top + height) & (x >= left) & (x < left + width)
    noise = jax.random.uniform(keys[1], faces.shape, maxval=255)
    return jnp.where(inside & (draws[4] < most.erase_chance), noise, faces)


def mix(key: Key, faces: Array, targets: Array, mixup: float, cutmix: float) -> tuple[Array, Array]:
    """`training.mixing` on the device: each batch mixed one way, by lot where both alphas are given."""
    if not mixup and not cutmix:
        return faces, targets
    pairs, shares, ways, places = jax.random.split(key, 4)
    partners = jax.random.permutation(pairs, len(faces))
    alphas = jnp.where(jax.random.uniform(ways) < mixing_chance(mixup, cutmix), mixup, -cutmix)
    share = jax.random.beta(shares, jnp.abs(alphas), jnp.abs(alphas), (len(faces),))[:, None, None]
    side = FACE_SIZE * jnp.sqrt(1 - share)
    centre = jax.random.uniform(places, (2, len(faces), 1, 1), maxval=FACE_SIZE)
    y, x = jnp.arange(FACE_SIZE)[None, :, None], jnp.arange(FACE_SIZE)[None, None, :]
    patch = (jnp.abs(y - centre[0]) < side / 2) & (jnp.abs(x - centre[1]) < side / 2)
    own = jnp.where(alphas > 0, share, 1.0 - patch)
    left = own.mean((1, 2))[:, None]
    return own * faces + (1 - own) * faces[partners], left * targets + (1 - left) * targets[partners]


def mixing_chance(mixup: float, cutmix: float) -> float:
    """How likely a batch is mixed up rather than cut: one half where both may be."""
    return 0.5 if mixup and cutmix else float(mixup > 0)

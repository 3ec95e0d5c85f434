"""Two faces in one: mixup and cutmix, which keep a network from being too sure."""

import numpy as np
import numpy.typing as npt

from training.augmentation import Pictures

Targets = npt.NDArray[np.float32]


def mix(
    faces: Pictures, targets: Targets, mixup_alpha: float, cutmix_alpha: float, rng: np.random.Generator
) -> tuple[Pictures, Targets]:
    """Mixed copies of `faces` uint8 (b, side, side, 1) and `targets` (b, 7); with both alphas, one way by lot."""
    if mixup_alpha > 0 and (cutmix_alpha == 0 or rng.random() < 0.5):
        return mixup(faces, targets, mixup_alpha, rng)
    if cutmix_alpha > 0:
        return cutmix(faces, targets, cutmix_alpha, rng)
    return faces, targets


def mixup(faces: Pictures, targets: Targets, alpha: float, rng: np.random.Generator) -> tuple[Pictures, Targets]:
    """Each face faded into another, its share drawn from Beta(alpha, alpha) (Zhang et al., 2017)."""
    partners = rng.permutation(len(faces))
    shares = rng.beta(alpha, alpha, len(faces)).astype(np.float32)
    blend = shares[:, None, None, None]
    faded = np.rint(blend * faces + (1 - blend) * faces[partners]).astype(np.uint8)
    return faded, blend_targets(targets, partners, shares)


def cutmix(faces: Pictures, targets: Targets, alpha: float, rng: np.random.Generator) -> tuple[Pictures, Targets]:
    """A rectangle of each face replaced by another's; targets share by area (Yun et al., 2019)."""
    partners = rng.permutation(len(faces))
    whole = faces.shape[1]
    sides = np.rint(whole * np.sqrt(1 - rng.beta(alpha, alpha, len(faces)))).astype(int)
    centres = rng.integers(0, whole, (len(faces), 2))
    patched = faces.copy()
    shares = np.empty(len(faces), np.float32)
    for index, (side, (y, x)) in enumerate(zip(sides, centres, strict=True)):
        rows = slice(max(y - side // 2, 0), y - side // 2 + side)
        columns = slice(max(x - side // 2, 0), x - side // 2 + side)
        patched[index, rows, columns] = faces[partners[index], rows, columns]
        # The part that reached over the border covers nothing.
        shares[index] = 1 - patched[index, rows, columns].size / faces[index].size
    return patched, blend_targets(targets, partners, shares)


def blend_targets(targets: Targets, partners: npt.NDArray[np.int64], shares: npt.NDArray[np.float32]) -> Targets:
    """`shares` (b,) of each target, the rest its partner's."""
    return shares[:, None] * targets + (1 - shares[:, None]) * targets[partners]

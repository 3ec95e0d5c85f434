"""Faces with their labels, one value per split."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from emotion.faces import FaceBatch, require_faces
from emotion.labels import EMOTIONS


class Split(StrEnum):
    """FER-2013's `Usage`: fit on Training, choose on PublicTest, report PrivateTest once."""

    TRAINING = "Training"
    PUBLIC_TEST = "PublicTest"
    PRIVATE_TEST = "PrivateTest"


@dataclass(frozen=True, slots=True)
class LabelledFaces:
    """Faces of one split: `faces` uint8 (n, 48, 48, 1), `labels` int64 (n,) indexing `EMOTIONS`."""

    faces: FaceBatch
    labels: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        require_faces(self.faces)
        if self.labels.shape != (len(self.faces),):
            raise ValueError(f"expected {len(self.faces)} labels, one a face, got shape {self.labels.shape}")
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() < len(EMOTIONS):
            raise ValueError(f"labels must be 0-{len(EMOTIONS) - 1}, got {self.labels.min()}-{self.labels.max()}")

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, chosen: npt.NDArray[np.int64]) -> "LabelledFaces":
        """The faces at the indices `chosen`, in that order."""
        return LabelledFaces(self.faces[chosen], self.labels[chosen])

    def counts(self) -> dict[str, int]:
        """Number of faces per emotion, in label order."""
        return {emotion.value: int(np.sum(self.labels == index)) for index, emotion in enumerate(EMOTIONS)}


Dataset = Mapping[Split, LabelledFaces]


def require_trainable(data: Dataset) -> Dataset:
    """Return `data` if a network can be fitted, chosen and measured on it; fail before hours of fitting, not after.

    Raises:
        ValueError: a split without faces, fewer than two emotions, or an emotion that a split lacks.
    """
    for split in Split:
        if len(data[split]) == 0:
            raise ValueError(f"the data set has no {split} faces; fitting needs {', '.join(Split)}")
    present = [emotion for emotion, count in data[Split.TRAINING].counts().items() if count]
    if len(present) < 2:
        raise ValueError(f"all Training faces are {present[0]}: there is nothing to tell apart")
    for split in Split:
        missing = [emotion for emotion, count in data[split].counts().items() if count == 0]
        if missing:
            raise ValueError(f"{split} has no face of {', '.join(missing)}; each split needs all seven emotions")
    return data


def one_hot(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Labels (n,) as float32 targets (n, 7)."""
    return np.eye(len(EMOTIONS), dtype=np.float32)[labels]


def sha256(data: LabelledFaces) -> str:
    """Hash of a split's pixels and labels: which data a model was fitted on, however it was stored."""
    digest = hashlib.sha256(np.ascontiguousarray(data.faces).tobytes())
    digest.update(data.labels.astype("<i8").tobytes())
    return digest.hexdigest()

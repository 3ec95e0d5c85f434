"""Shuffled, varied batches for `fit`, the same again for the same seed and epoch."""

import keras
import numpy as np
import numpy.typing as npt

from emotion.faces import FaceBatch
from emotion.labels import EMOTIONS
from training.augmentation import Augmentation
from training.labelled_faces import LabelledFaces


class AugmentedBatches(keras.utils.PyDataset):
    """Batches of (uint8 faces (b, 48, 48, 1), float32 one-hot targets (b, 7)); the order changes every epoch.

    Everything random follows from `seed`, the epoch and the batch's number, so that a resumed run sees the batches
    that an unbroken one would have (`fit` must not shuffle them again). `epoch` counts from 0 and may be set before
    `fit`. The last, smaller batch of an epoch is left out.
    """

    def __init__(
        self, data: LabelledFaces, augmentation: Augmentation, batch_size: int, seed: int, epoch: int = 0
    ) -> None:
        super().__init__()
        if len(data) < batch_size:
            raise ValueError(f"{len(data)} training faces are fewer than one batch of {batch_size}")
        self._data = data
        self._augmentation = augmentation
        self._batch_size = batch_size
        self._seed = seed
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self._data) // self._batch_size

    def on_epoch_end(self) -> None:
        self.epoch += 1

    def __getitem__(self, index: int) -> tuple[FaceBatch, npt.NDArray[np.float32]]:
        order = np.random.default_rng((self._seed, self.epoch)).permutation(len(self._data))
        chosen = order[index * self._batch_size : (index + 1) * self._batch_size]
        rng = np.random.default_rng((self._seed, self.epoch, index))
        return self._augmentation(self._data.faces[chosen], rng), one_hot(self._data.labels[chosen])


def one_hot(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Labels (n,) as float32 targets (n, 7)."""
    return np.eye(len(EMOTIONS), dtype=np.float32)[labels]

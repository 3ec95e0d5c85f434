"""Shuffled, varied batches for `fit`, the same again for the same seed and epoch."""

import keras
import numpy as np
import numpy.typing as npt

from emotion.faces import FACE_SIZE
from training.augmentation import Augmentation, Pictures
from training.labelled_faces import LabelledFaces, one_hot
from training.mixing import Targets, mix
from training.views import Views

Batch = tuple[Pictures, Targets] | tuple[Pictures, Targets, npt.NDArray[np.float32]]


class AugmentedBatches(keras.utils.PyDataset):
    """Batches of (uint8 faces (b, side, side, 1), float32 targets (b, 7)); the order changes every epoch.

    Everything random follows from `seed`, the epoch and the batch's number, so that a resumed run sees the batches
    that an unbroken one would have (`fit` must not shuffle them again). `epoch` counts from 0; it and `side`,
    in pixels, may be set before `fit`. The last, smaller batch of an epoch is left out.

    `targets` (n, 7) take the place of the labels; `mixup` and `cutmix` are alphas, 0 for none. With `class_weights`
    (7,) a batch has a third part, each face's weight (b,), which is what its target mixes. `workers` threads make
    batches ahead, which a GPU needs so as not to wait: a batch of 128 takes one thread about 7 ms.

    With `views`, each epoch shows the next of them, mirrored by lot and worsened by `augmentation`; their answers, of
    before, make up `views_share` of the targets.
    """

    def __init__(
        self,
        data: LabelledFaces,
        augmentation: Augmentation,
        batch_size: int,
        seed: int,
        epoch: int = 0,
        *,
        targets: Targets | None = None,
        mixup: float = 0.0,
        cutmix: float = 0.0,
        class_weights: npt.NDArray[np.float32] | None = None,
        views: Views | None = None,
        views_share: float = 0.0,
        workers: int = 1,
    ) -> None:
        super().__init__(workers=workers, max_queue_size=4 * workers)
        if len(data) < batch_size:
            raise ValueError(f"{len(data)} training faces are fewer than one batch of {batch_size}")
        self._data = data
        self._targets = one_hot(data.labels) if targets is None else targets
        if len(self._targets) != len(data):
            raise ValueError(f"expected {len(data)} targets, one a face, got {len(self._targets)}")
        self._augmentation = augmentation
        self._batch_size = batch_size
        self._seed = seed
        self._mixup = mixup
        self._cutmix = cutmix
        self._class_weights = class_weights
        self._views = views
        self._views_share = views_share
        self.epoch = epoch
        self.side = FACE_SIZE

    def __len__(self) -> int:
        return len(self._data) // self._batch_size

    def on_epoch_end(self) -> None:
        self.epoch += 1

    def __getitem__(self, index: int) -> Batch:
        order = np.random.default_rng((self._seed, self.epoch)).permutation(len(self._data))
        chosen = order[index * self._batch_size : (index + 1) * self._batch_size]
        rng = np.random.default_rng((self._seed, self.epoch, index))
        faces, targets = self._show(chosen, rng)
        faces, targets = mix(faces, targets, self._mixup, self._cutmix, rng)
        if self._class_weights is None:
            return faces, targets
        return faces, targets, targets @ self._class_weights

    def _show(self, chosen: npt.NDArray[np.int64], rng: np.random.Generator) -> tuple[Pictures, Targets]:
        """The faces at `chosen` as this epoch shows them, and their targets."""
        targets = self._targets[chosen]
        if self._views is None:
            return self._augmentation(self._data.faces[chosen], rng, self.side), targets
        view = self.epoch % len(self._views)
        faces = self._views.faces[view, chosen]
        mirrored = rng.random(len(faces)) < 0.5
        faces[mirrored] = faces[mirrored, :, ::-1]
        for face in faces[:, :, :, 0]:
            face[:] = self._augmentation.worsen(face, rng)
        answers = self._views.answers[view, chosen].astype(np.float32)
        return faces, (1 - self._views_share) * targets + self._views_share * answers

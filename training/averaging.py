"""Averaged weights (Polyak and Juditsky, 1992): the optimizer follows the steps, the average is what is kept.

The optimizer holds the average, so that a checkpoint has both and a resumed run is exact. Batch normalisation keeps
its own running statistics, of the weights that take the steps; the two meet as the rate falls to zero.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras


@contextmanager
def averaged(trainee: keras.Model) -> Iterator[None]:
    """Inside, a compiled `trainee` has its averaged weights, if it keeps an average; afterwards those of the steps."""
    swap(trainee)
    try:
        yield
    finally:
        swap(trainee)


def swap(trainee: keras.Model) -> None:
    """Exchange weights and average; nothing where the optimizer keeps none."""
    optimizer = trainee.optimizer
    if not optimizer.use_ema or not optimizer.built:
        return
    for weight, average in zip(trainee.trainable_variables, optimizer._model_variables_moving_average, strict=True):
        kept = keras.ops.convert_to_numpy(weight).copy()  # on some backends a view, which assigning would change
        weight.assign(average)
        average.assign(kept)


class AveragedValidation(keras.callbacks.Callback):
    """PublicTest is answered with the averaged weights, which are those that the choice is about."""

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        swap(self.model)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        swap(self.model)

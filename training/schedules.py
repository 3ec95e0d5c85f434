"""How a run's learning rate changes, and when it ends early."""

from typing import TypeAlias

import keras

from training.config import TrainConfig
from training.run_folder import RunFolder

STEP_FACTOR = 0.1
STEPS_AT = (0.5, 0.75)
"""Shares of a run after which `step` divides the rate by ten, as He et al. (2015) do."""
ONE_CYCLE_RISE = 0.3
ONE_CYCLE_START = 1 / 25
ONE_CYCLE_END = 1e-4
"""Smith and Topin (2017), with the shares of the peak that fastai and PyTorch took."""
PLATEAU_FACTOR = 0.5
PLATEAU_PATIENCE = 5
"""After so many epochs without a better PublicTest accuracy, `plateau` halves the rate."""

Rate: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule


def make_rate(config: TrainConfig, peak: float, epochs: int, steps_per_epoch: int) -> Rate:
    """The rate for each step of `epochs` epochs, rising to `peak` over `config.warmup_epochs`.

    `constant` stays there, `step` is divided by ten after half and three quarters, `cosine` falls to zero;
    `one_cycle` has a rise of its own, three tenths of the run. `plateau` is set by the callback `PlateauRate`.
    """
    total = epochs * steps_per_epoch
    warmup = round(config.warmup_epochs * steps_per_epoch)
    if config.schedule == "plateau":
        return peak
    if config.schedule == "step":
        return StepDecay(peak, warmup, total)
    if config.schedule == "one_cycle":
        warmup = round(ONE_CYCLE_RISE * total)
        return cosine(peak, warmup, total, start=peak * ONE_CYCLE_START, end=ONE_CYCLE_END)
    return cosine(peak, warmup, total, end=1.0 if config.schedule == "constant" else 0.0)


def cosine(peak: float, warmup: int, total: int, start: float = 0.0, end: float = 0.0) -> Rate:
    """From `start` straight to `peak` in `warmup` steps, then on a cosine to the share `end` of it."""
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=start,
        decay_steps=max(total - warmup, 1),
        alpha=end,
        warmup_target=peak,
        warmup_steps=warmup,
    )


class StepDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A tenth of the rate after each of `STEPS_AT`."""

    def __init__(self, peak: float, warmup: int, total: int) -> None:
        self._peak = peak
        self._warmup = max(warmup, 1)
        self._total = total

    def __call__(self, step: keras.KerasTensor) -> keras.KerasTensor:
        done = keras.ops.cast(step, "float32")
        rate = self._peak * keras.ops.minimum(done / self._warmup, 1.0)
        for share in STEPS_AT:
            rate = rate * keras.ops.where(done >= share * self._total, STEP_FACTOR, 1.0)
        return rate

    def get_config(self) -> dict[str, float]:
        return {"peak": self._peak, "warmup": self._warmup, "total": self._total}


def plateau_rate(accuracies: list[float], peak: float, warmup_epochs: float) -> float:
    """The rate for the epoch after those with `accuracies` on PublicTest."""
    rate, best, waited = peak, -1.0, 0
    for accuracy in accuracies:
        waited = 0 if accuracy > best else waited + 1
        best = max(best, accuracy)
        if waited == PLATEAU_PATIENCE:
            rate, waited = rate * PLATEAU_FACTOR, 0
    return rate * min((len(accuracies) + 1) / max(warmup_epochs, 1), 1.0)


def stalled(accuracies: list[float], patience: int) -> bool:
    """Whether the last `patience` epochs brought no better PublicTest accuracy than there was before; 0 never."""
    return 0 < patience < len(accuracies) and max(accuracies[-patience:]) <= max(accuracies[:-patience])


class PlateauRate(keras.callbacks.Callback):
    """Sets the rate of each epoch by the run's history, so that a resumed run has the same."""

    def __init__(self, run: RunFolder, peak: float, warmup_epochs: float, first_epoch: int) -> None:
        super().__init__()
        self._run, self._peak, self._warmup, self._first = run, peak, warmup_epochs, first_epoch

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.model.optimizer.learning_rate = plateau_rate(self._run.accuracies[self._first :], self._peak, self._warmup)


class EarlyStopping(keras.callbacks.Callback):
    """Ends `fit` by the run's history; Keras' own forgets what it saw when a run is resumed."""

    def __init__(self, run: RunFolder, patience: int, first_epoch: int) -> None:
        super().__init__()
        self._run, self._patience, self._first = run, patience, first_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if stalled(self._run.accuracies[self._first :], self._patience):
            self.model.stop_training = True

"""A training run on disk: what it was told, how it went, where it stands."""

import csv
import io
import math
import shutil
import time
from pathlib import Path
from typing import Any

import keras

from emotion.files import replacing, write_text
from training.averaging import averaged
from training.config import TrainConfig

BYTES_PER_WEIGHT = 4
SLACK_BYTES = 1_000_000


class RunFolder(keras.callbacks.Callback):
    """Keeps a run in a folder after every epoch, so that an interrupted run goes on from its last whole epoch.

    `config.json` the settings, `history.csv` one row an epoch, `last.weights.h5` weights and optimizer state (in the
    frozen stage of transfer learning `frozen.weights.h5`, as that optimizer knows fewer weights), `best.keras` the
    network with the highest PublicTest accuracy so far. Each file is replaced whole.
    """

    def __init__(self, folder: Path, network: keras.Model) -> None:
        super().__init__()
        self.folder = folder
        self.network = network
        self.history: list[dict[str, float]] = []
        self._epoch_began = 0.0
        self._checkpoint = self.last

    @property
    def accuracies(self) -> list[float]:
        """PublicTest accuracy of each epoch so far."""
        return [row["val_accuracy"] for row in self.history]

    @property
    def best(self) -> Path:
        return self.folder / "best.keras"

    @property
    def last(self) -> Path:
        return self.folder / "last.weights.h5"

    @property
    def frozen(self) -> Path:
        return self.folder / "frozen.weights.h5"

    def begin(self, config: TrainConfig, resume: bool) -> None:
        """Claim the folder for `config`, or check that the run in it is the same one.

        Raises:
            FileExistsError: a run is there and `resume` was not asked for.
            ValueError: the run there had other settings, or leaves no checkpoint to go on from.
        """
        settings = self.folder / "config.json"
        checkpoint = self.last.exists() or self.frozen.exists()
        if self.best.exists() and not checkpoint:
            raise (ValueError if resume else FileExistsError)(
                f"{self.folder} holds a run of training.on_device, which cannot be resumed: name another --run"
            )
        if settings.exists() and checkpoint:
            if not resume:
                raise FileExistsError(
                    f"{self.folder} holds a run already: add --resume to go on, or name another --run"
                )
            theirs = TrainConfig.load(settings)
            if theirs != config:
                raise ValueError(
                    f"{self.folder} holds a run with other settings: {'; '.join(theirs.differences(config))}"
                )
        for unfinished in self.folder.glob(".writing-*"):  # a killed run leaves what it was just writing
            unfinished.unlink()
        config.save(settings)

    def restore(self, trainee: keras.Model, steps_per_epoch: int, frozen: bool = False, first_epoch: int = 0) -> int:
        """Load the last checkpoint of a stage, if there is one, into a compiled model; return the epochs behind it.

        A stage begins at `first_epoch` with an optimizer of its own.

        Raises:
            ValueError: the checkpoint is of another network, or of a data set of another size.
        """
        self._checkpoint = self.frozen if frozen else self.last
        if not self._checkpoint.exists():
            self.history = self.history[:first_epoch]
            return first_epoch
        trainee.optimizer.build(trainee.trainable_variables)
        try:
            trainee.load_weights(self._checkpoint)
        except (ValueError, OSError) as error:
            raise ValueError(f"{self._checkpoint} does not fit this network: {error}") from error
        steps = int(keras.ops.convert_to_numpy(trainee.optimizer.iterations))
        done = first_epoch + steps // steps_per_epoch
        self.history = read_history(self.folder / "history.csv")[:done]
        if steps % steps_per_epoch or len(self.history) != done:
            raise ValueError(
                f"{self._checkpoint} has {steps} steps behind it, which are not {len(self.history) - first_epoch} "
                f"epochs of {steps_per_epoch}: was the run fitted on another data set?"
            )
        if done and best_epoch(self.history) == done:  # the kill may have come between `last` and `best`
            self._save_best(trainee)
        return done

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch_began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if not all(math.isfinite(value) for value in (logs or {}).values()):
            raise FloatingPointError(
                f"the loss stopped being a number in epoch {epoch + 1}: begin another --run with a lower "
                f"--learning-rate; {len(self.history)} sound epochs are kept in {self.folder}"
            )
        self._append(epoch, {**(logs or {}), "seconds": round(time.perf_counter() - self._epoch_began, 1)})
        require_space(self.folder, checkpoint_bytes(self.model))
        # `last` decides which epochs are done. A kill before it leaves one row too many, a kill after it an older
        # `best`; `restore` mends both.
        self._write_history()
        with replacing(self._checkpoint) as aside:
            self.model.save_weights(aside)
        if self._checkpoint == self.last:
            self.frozen.unlink(missing_ok=True)
        if best_epoch(self.history) == len(self.history):
            self._save_best(self.model)

    def add_row(self, epoch: int, measured: dict[str, float]) -> None:
        """Put an epoch, from 0, into the history, in memory and on disk."""
        self._append(epoch, measured)
        self._write_history()

    def _append(self, epoch: int, measured: dict[str, float]) -> None:
        # Rounded as the file has it, so that a resumed run compares the same numbers.
        self.history.append({"epoch": epoch + 1.0, **{name: float(f"{v:.6g}") for name, v in measured.items()}})

    def _save_best(self, trainee: keras.Model) -> None:
        with averaged(trainee), replacing(self.best) as aside:
            self.network.save(aside)

    def _write_history(self) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(self.history[0]), lineterminator="\n")
        writer.writeheader()
        for row in self.history:
            writer.writerow({name: f"{value:.6g}" for name, value in row.items()})
        write_text(self.folder / "history.csv", text.getvalue())


def checkpoint_bytes(trainee: keras.Model) -> int:
    """About what an epoch's files take: the weights twice, and the optimizer's state."""
    variables = [*trainee.variables, *trainee.variables, *trainee.optimizer.variables]
    return sum(math.prod(variable.shape) * BYTES_PER_WEIGHT for variable in variables) + SLACK_BYTES


def require_space(folder: Path, needed: int) -> None:
    """Raise `OSError` unless `folder` has room for `needed` bytes.

    Asked before writing, as HDF5 crashes the process at its end when a disk fills up while it writes.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(
            f"the disk of {folder} is full: {free / 1e6:.1f} MB free, a checkpoint takes {needed / 1e6:.1f} MB; "
            "the last one there is whole: make room, then go on with --resume"
        )


def read_history(path: Path) -> list[dict[str, float]]:
    """The rows of a run's `history.csv`, one an epoch; `ValueError` if it is missing."""
    if not path.is_file():
        raise ValueError(f"no history at {path}, which every run writes beside its checkpoint")
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def best_epoch(history: list[dict[str, float]]) -> int:
    """The first epoch (from 1) with the highest PublicTest accuracy."""
    accuracies = [row["val_accuracy"] for row in history]
    return accuracies.index(max(accuracies)) + 1

"""A training run on disk: what it was told, how it went, where it stands."""

import csv
import io
import time
from pathlib import Path
from typing import Any

import keras

from training.config import TrainConfig
from training.files import replacing, write_text


class RunFolder(keras.callbacks.Callback):
    """Keeps a run in a folder after every epoch, so that an interrupted run goes on from its last whole epoch.

    `config.json` the settings, `history.csv` one row an epoch, `last.weights.h5` weights and optimizer state,
    `best.keras` the network with the highest PublicTest accuracy so far. Each file is replaced whole.
    """

    def __init__(self, folder: Path, network: keras.Model) -> None:
        super().__init__()
        self.folder = folder
        self.network = network
        self.history: list[dict[str, float]] = []
        self._epoch_began = 0.0

    @property
    def best(self) -> Path:
        return self.folder / "best.keras"

    @property
    def last(self) -> Path:
        return self.folder / "last.weights.h5"

    def begin(self, config: TrainConfig, resume: bool) -> None:
        """Claim the folder for `config`, or check that the run in it is the same one.

        Raises:
            FileExistsError: a run is there and `resume` was not asked for.
            ValueError: the run there had other settings.
        """
        settings = self.folder / "config.json"
        if settings.exists() and self.last.exists():
            if not resume:
                raise FileExistsError(f"{self.folder} holds a run already: add --resume to go on, or name another --run")
            theirs = TrainConfig.load(settings)
            if theirs != config:
                raise ValueError(f"{self.folder} holds a run with other settings:\n{theirs}\nasked for:\n{config}")
        config.save(settings)

    def restore(self, trainee: keras.Model, steps_per_epoch: int) -> int:
        """Load the last checkpoint, if there is one, into a compiled model; return the epochs it has behind it."""
        if not self.last.exists():
            return 0
        trainee.optimizer.build(trainee.trainable_variables)
        try:
            trainee.load_weights(self.last)
        except (ValueError, OSError) as error:
            raise ValueError(f"{self.last} does not fit this network: {error}") from error
        done = int(trainee.optimizer.iterations.numpy()) // steps_per_epoch
        with (self.folder / "history.csv").open(newline="", encoding="utf-8") as file:
            self.history = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)][:done]
        return done

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch_began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        row = {"epoch": float(epoch + 1), **{name: float(value) for name, value in (logs or {}).items()}}
        row["seconds"] = round(time.perf_counter() - self._epoch_began, 1)
        if all(row["val_accuracy"] > earlier["val_accuracy"] for earlier in self.history):
            with replacing(self.best) as aside:
                self.network.save(aside)
        self.history.append(row)
        # The history goes first: a kill in between leaves one row too many, which `restore` cuts off.
        self._write_history()
        with replacing(self.last) as aside:
            self.model.save_weights(aside)

    def _write_history(self) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(self.history[0]), lineterminator="\n")
        writer.writeheader()
        for row in self.history:
            writer.writerow({name: f"{value:.6g}" for name, value in row.items()})
        write_text(self.folder / "history.csv", text.getvalue())

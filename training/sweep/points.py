"""The points of a sweep: each a run in a folder of its own, that is kept with how it went."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from emotion.files import write_text
from training.config import TrainConfig
from training.fit import fit
from training.labelled_faces import LabelledFaces
from training.networks import make_network
from training.run_folder import RunFolder, best_epoch
from training.sweep.results import Outcome, Point, State
from training.sweep.space import Swept, corners, describe, with_point

FILE = "outcome.json"


class UnpromisingError(Exception):
    """Raised by a run, after an epoch that it kept, that is not worth going on with."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fitting:
    """What the points of a sweep have in common; PrivateTest is not among it."""

    training: LabelledFaces
    public_test: LabelledFaces
    resume: bool

    def __call__(
        self,
        folder: Path,
        config: TrainConfig,
        make_run: Callable[[Path, keras.Model], RunFolder] = RunFolder,
    ) -> Outcome:
        """Fit the run of `config` in `folder`, go on where it was interrupted, or say how it went if it is over.

        Raises:
            FileExistsError: a run is there, and `resume` was not asked for.
            ValueError: the run there had other settings, or what `fit` raises.
        """
        if self.resume and (outcome := read_outcome(folder, config)):
            return outcome
        run = make_run(folder, make_network(config))
        run.begin(config, self.resume)
        state = State.WHOLE
        try:
            fit(config, run, self.training, self.public_test)
        except FloatingPointError:  # one rate too high must not end a night of others
            state = State.LOST
        except UnpromisingError:
            state = State.PRUNED
        outcome = summarise(state, run.history)
        write_text(folder / FILE, json.dumps(dataclasses.asdict(outcome), indent=2) + "\n")
        return outcome


def summarise(state: State, history: list[dict[str, float]]) -> Outcome:
    """The outcome of a run with this history, which may be empty."""
    if not history:
        return Outcome(state)
    best = best_epoch(history)
    minutes = sum(row["seconds"] for row in history) / 60
    return Outcome(state, history[best - 1]["val_accuracy"], best, len(history), round(minutes, 3))


def read_outcome(folder: Path, config: TrainConfig) -> Outcome | None:
    """How the run in `folder` went, `None` if it is not over; `ValueError` if it was not the run of `config`."""
    path = folder / FILE
    if not path.is_file():
        return None
    theirs = TrainConfig.load(folder / "config.json")
    if theirs != config:
        raise ValueError(f"{folder} holds a run with other settings: {'; '.join(theirs.differences(config))}")
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Outcome(**values | {"state": State(values["state"])})
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} cannot be read: {error}; remove it, and the run is resumed") from None


def grid(folder: Path, config: TrainConfig, space: Sequence[Swept], fitting: Fitting) -> Iterator[Point]:
    """Yield every combination of listed values, fitting those that are not over.

    Its folders are named by their values, so that a grid of more values takes over what a smaller one has done.

    Raises:
        ValueError: what `fitting` raises.
    """
    points = corners(space)
    for number, settings in enumerate(points, 1):
        announce(number, len(points), settings)
        run_folder = folder / folder_name(settings)
        yield Point(settings, run_folder, fitting(run_folder, with_point(config, settings)))


def folder_name(settings: Mapping[str, Any]) -> str:
    """Settings as a file's name on every system, in whatever order they are given."""
    return re.sub(r"[^\w.,=+-]", "-", describe(dict(sorted(settings.items()))).replace(", ", ","))


def announce(number: int, count: int, settings: Mapping[str, Any]) -> None:
    """Say which of how many points comes now."""
    print(f"\n{number} of {count}: {describe(settings)}", flush=True)  # below the progress bar of the one before

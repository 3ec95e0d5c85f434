"""Points proposed one after another by what those before them reached: TPE (Bergstra et al., 2011), by Optuna.

Its record is `search.db`, an SQLite file that other tools for Optuna read too.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import optuna
from optuna.trial import Trial, TrialState

from training.config import TrainConfig
from training.run_folder import RunFolder
from training.sweep.points import Fitting, UnpromisingError, announce
from training.sweep.results import Point, State
from training.sweep.space import Listed, Swept, text_of, with_point

FILE = "search.db"
OVER = "over"
UNPRUNED = 1 / 3
"""Share of a run in which it is not pruned: high rates look poor until they fall."""


class ReportingRun(RunFolder):
    """Tells `trial` the PublicTest accuracy of each epoch, and ends where that is worse than the median one's."""

    def __init__(self, folder: Path, network: keras.Model, trial: Trial, told: int) -> None:
        super().__init__(folder, network)
        self._trial = trial
        self._told = told

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        # A run killed between its checkpoint and its report has more epochs behind it than `told`.
        for number, accuracy in enumerate(self.accuracies[self._told :], self._told + 1):
            self._trial.report(accuracy, number)
        self._told = len(self.accuracies)
        if self._trial.should_prune():
            raise UnpromisingError


def search(folder: Path, config: TrainConfig, space: Sequence[Swept], count: int, fitting: Fitting) -> Iterator[Point]:
    """Yield `count` points from the first on, fitting those that are not over.

    Raises:
        ValueError: the search in `folder` is over other settings, or what `fitting` raises.
    """
    study = open_study(folder, config, space)
    for number in range(count):
        # A sampler of its own for each trial: one for all would begin with the same draws again when resumed.
        study.sampler = optuna.samplers.TPESampler(seed=config.seed + number)
        trial, told = take_up(study, number)
        settings = propose(trial, space)
        announce(number + 1, count, settings)
        run_folder = folder / f"trial-{number + 1:03d}"
        outcome = fitting(run_folder, with_point(config, settings), partial(ReportingRun, trial=trial, told=told))
        if outcome.state is State.WHOLE:
            study.tell(trial, outcome.accuracy, skip_if_finished=True)
        else:
            study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
        yield Point(settings, run_folder, outcome)


def open_study(folder: Path, config: TrainConfig, space: Sequence[Swept]) -> optuna.Study:
    """The study in `folder`, or a new one; `ValueError` if it is over something else than `space`."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # what it says of each trial, we say ourselves
    folder.mkdir(parents=True, exist_ok=True)
    # Runs of different lengths have different rates at the same epoch: there, none is pruned.
    comparable = all(swept.name != "epochs" for swept in space)
    pruner = optuna.pruners.MedianPruner(n_warmup_steps=int(config.epochs * UNPRUNED) + 1)  # the first step to prune at
    study = optuna.create_study(
        study_name="search",
        storage=f"sqlite:///{folder / FILE}",
        direction="maximize",
        pruner=pruner if comparable else optuna.pruners.NopPruner(),
        load_if_exists=True,
    )
    asked = [str(swept) for swept in space]
    theirs = study.user_attrs.get(OVER, asked)
    if theirs != asked:
        raise ValueError(f"{folder} holds a search over {'; '.join(theirs)}: name another --run")
    study.set_user_attr(OVER, asked)
    return study


def take_up(study: optuna.Study, number: int) -> tuple[Trial, int]:
    """Trial `number` (from 0), a new one if it has not begun, and the epochs that it was told of.

    What a begun trial was proposed, it is proposed again: Optuna keeps that.
    """
    known = study.get_trials(deepcopy=False)
    if number == len(known):
        return study.ask(), 0
    frozen = known[number]
    return Trial(study, frozen._trial_id), max(frozen.intermediate_values, default=0)


def propose(trial: Trial, space: Sequence[Swept]) -> dict[str, Any]:
    """The trial's value of each setting."""
    settings: dict[str, Any] = {}
    for swept in space:
        if isinstance(swept, Listed):
            # As text, because Optuna keeps no tuples.
            texts = [text_of(value) for value in swept.values]
            settings[swept.name] = swept.values[texts.index(trial.suggest_categorical(swept.name, texts))]
        elif isinstance(swept.low, int) and isinstance(swept.high, int):
            settings[swept.name] = trial.suggest_int(swept.name, swept.low, swept.high, log=swept.logarithmic)
        else:
            settings[swept.name] = trial.suggest_float(swept.name, swept.low, swept.high, log=swept.logarithmic)
    return settings

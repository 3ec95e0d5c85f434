"""Answers for Training faces by networks that never saw them: the faces are dealt into folds, and each fold is
answered by a network that was fitted on the others."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from emotion.labels import EMOTIONS
from training.config import TrainConfig
from training.fit import fit
from training.labelled_faces import LabelledFaces
from training.networks import make_network
from training.run_folder import RunFolder
from training.targets import write_exclusions

BATCH = 512


def cross_validate(
    folder: Path, config: TrainConfig, training: LabelledFaces, public_test: LabelledFaces, folds: int, resume: bool
) -> npt.NDArray[np.float32]:
    """Out-of-fold probabilities of `training`, float32 (n, 7): one run of `config` for each of `folds` in `folder`.

    Each run is kept like one of `training.train`, so that an interrupted cross-validation resumes.

    Raises:
        ValueError: fewer than two folds, or an emotion with fewer faces than folds.
    """
    least = min(count for count in training.counts().values() if count)
    if not 2 <= folds <= least:
        raise ValueError(f"folds must be 2-{least}, as the rarest emotion has {least} faces, got {folds}")
    dealt = StratifiedKFold(folds, shuffle=True, random_state=config.seed).split(training.labels, training.labels)
    answers = np.empty((len(training), len(EMOTIONS)), np.float32)
    for number, (_, held_out) in enumerate(dealt, 1):
        fold = folder / f"fold-{number}"
        exclusions = fold / "held_out.csv"
        write_exclusions(exclusions, held_out)
        settings = dataclasses.replace(config, exclude=str(exclusions))
        run = RunFolder(fold, make_network(settings))
        run.begin(settings, resume)
        print(f"fold {number} of {folds}")
        fit(settings, run, training, public_test)
        network = keras.models.load_model(run.best, compile=False)
        answers[held_out] = network.predict(training.faces[held_out], batch_size=BATCH, verbose=0)
    return answers

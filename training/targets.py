"""What a network is asked to answer for each Training face, and which faces it is shown."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion.files import write_text
from emotion.labels import EMOTIONS
from training.config import TrainConfig
from training.csv_rows import read_rows
from training.ferplus import ferplus_votes
from training.labelled_faces import LabelledFaces, one_hot
from training.mixing import Targets


def read_exclusions(path: Path, count: int) -> npt.NDArray[np.int64]:
    """The column `index` of a CSV: which of `count` Training faces to leave out, int64, ascending, each once.

    Raises:
        ValueError: no such column, or an index that is no whole number or not one of a Training face.
    """
    excluded = set()
    for line, row in enumerate(read_rows(path, ("index",)), 2):
        text = (row["index"] or "").strip()
        if not (text.isascii() and text.isdigit() and int(text) < count):
            raise ValueError(f"{path}, line {line}: expected an index 0-{count - 1} of a Training face, got {text!r}")
        excluded.add(int(text))
    return np.array(sorted(excluded), np.int64)


def write_exclusions(path: Path, indices: npt.NDArray[np.int64]) -> None:
    """What `read_exclusions` reads: a CSV with the column `index`."""
    write_text(path, "index\n" + "".join(f"{index}\n" for index in indices))


def write_soft_targets(path: Path, targets: Targets) -> None:
    """What `read_soft_targets` reads: a CSV with a column for each emotion and a row for each face (n, 7)."""
    header = ",".join(emotion.value for emotion in EMOTIONS)
    write_text(path, "\n".join([header, *(",".join(f"{value:.6f}" for value in row) for row in targets)]) + "\n")


def read_soft_targets(path: Path, count: int) -> Targets:
    """Probabilities for `count` faces in the data set's order, float32 (count, 7), each row summing to 1.

    Raises:
        ValueError: columns that are missing, another number of rows, values that are no probabilities, or rows that do
            not add up to 1.
    """
    names = tuple(emotion.value for emotion in EMOTIONS)
    rows = read_rows(path, names)
    if len(rows) != count:
        raise ValueError(f"{path} has {len(rows)} rows, the data set has {count} Training faces")
    try:
        targets = np.array([[float(row[name]) for name in names] for row in rows], np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: probabilities must be numbers: {error}") from None
    wrong = np.flatnonzero(~((targets >= 0).all(axis=1) & (np.abs(targets.sum(axis=1) - 1) < 1e-3)))
    if len(wrong):
        line = wrong[0] + 2
        raise ValueError(f"{path}, line {line}: expected probabilities that add up to 1, got {targets[wrong[0]]}")
    return targets / targets.sum(axis=1, keepdims=True)


def balanced_weights(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """A weight for each emotion, float32 (7,), by which all count alike and the mean face weighs 1."""
    counts = np.bincount(labels, minlength=len(EMOTIONS))
    return (len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1))).astype(np.float32)


def prepare(config: TrainConfig, training: LabelledFaces) -> tuple[LabelledFaces, Targets]:
    """The Training faces that `config` leaves in, and their targets: labels, with its shares of votes and soft ones."""
    targets = (1 - config.ferplus_share - config.soft_share) * one_hot(training.labels)
    if config.ferplus:
        targets += config.ferplus_share * ferplus_votes(Path(config.ferplus), training)
    if config.soft_targets:
        targets += config.soft_share * read_soft_targets(Path(config.soft_targets), len(training))
    if not config.exclude:
        return training, targets
    kept = np.ones(len(training), bool)
    kept[read_exclusions(Path(config.exclude), len(training))] = False
    missing = [EMOTIONS[label] for label in np.unique(training.labels) if label not in training.labels[kept]]
    if missing:
        raise ValueError(f"{config.exclude} leaves no Training face of {', '.join(missing)}")
    return training[np.flatnonzero(kept)], targets[kept]

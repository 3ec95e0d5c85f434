"""What a network is asked to answer for each Training face, and which faces it is shown."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion.files import write_text
from emotion.labels import EMOTIONS
from training.config import TrainConfig
from training.labelled_faces import LabelledFaces, Split
from training.mixing import Targets

FERPLUS_COLUMNS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""FER+'s names of our emotions, in our order."""
FERPLUS_OTHERS = ("contempt", "unknown", "NF")
"""What taggers could also vote: none of the seven, or no face."""
MIN_AGREEMENT = 0.5
"""The votes' majority is FER-2013's label for two thirds of the faces; by chance, for a sixth."""


def one_hot(labels: npt.NDArray[np.int64]) -> Targets:
    """Labels (n,) as float32 targets (n, 7)."""
    return np.eye(len(EMOTIONS), dtype=np.float32)[labels]


def ferplus_votes(path: Path, training: LabelledFaces) -> Targets:
    """The FER+ taggers' votes of the Training rows as shares of the seven emotions, float32 (n, 7), rows summing to 1.

    A face that no vote gives one of the seven emotions keeps FER-2013's label. Raises as `ferplus_counts`.
    """
    votes = ferplus_counts(path, training)[:, : len(EMOTIONS)]
    total = votes.sum(axis=1, keepdims=True)
    return np.where(total > 0, votes / np.maximum(total, 1), one_hot(training.labels)).astype(np.float32)


def ferplus_counts(path: Path, training: LabelledFaces) -> Targets:
    """Votes of the Training rows of fer2013new.csv or labels.csv, float32 (n, 10): our seven, contempt, unknown, NF.

    Raises:
        ValueError: columns that are missing, votes that are no numbers, another number of rows than Training faces,
            or votes that have nothing to do with the labels.
    """
    columns = (*FERPLUS_COLUMNS, *FERPLUS_OTHERS)
    rows = [row for row in read_rows(path, ("Usage", *columns)) if row["Usage"].strip() == Split.TRAINING]
    if len(rows) != len(training):
        raise ValueError(f"{path} has votes for {len(rows)} Training faces, the data set has {len(training)}")
    try:
        votes = np.array([[float(row[name]) for name in columns] for row in rows], np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: votes must be numbers: {error}") from None
    if not (np.isfinite(votes).all() and (votes >= 0).all()):
        raise ValueError(f"{path}: votes must not be negative")
    seven = votes[:, : len(EMOTIONS)]
    voted = seven.sum(axis=1) > 0
    agreement = float((seven.argmax(axis=1) == training.labels)[voted].mean()) if voted.any() else 0.0
    if agreement < MIN_AGREEMENT:
        raise ValueError(
            f"{path}: the votes' majority is the label of {agreement:.0%} of the Training faces, of FER-2013's it is "
            "66%: are the faces of the data set in the original order?"
        )
    return votes


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


def read_rows(path: Path, columns: tuple[str, ...]) -> list[Mapping[str, str]]:
    """The rows of a CSV that has these columns; `ValueError` names those that are missing."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path}: expected the columns {', '.join(columns)}, without: {', '.join(missing)}")
        return list(reader)


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

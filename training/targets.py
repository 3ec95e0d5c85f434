"""What a network is asked to answer for each Training face, and which faces it is shown."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion.labels import EMOTIONS
from training.config import TrainConfig
from training.labelled_faces import LabelledFaces, Split
from training.mixing import Targets

FERPLUS_COLUMNS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""FER+'s names of our emotions, in our order; contempt, unknown and NF are none of the seven."""
MIN_AGREEMENT = 0.5
"""The votes' majority is FER-2013's label for two thirds of the faces; by chance, for a sixth."""


def one_hot(labels: npt.NDArray[np.int64]) -> Targets:
    """Labels (n,) as float32 targets (n, 7)."""
    return np.eye(len(EMOTIONS), dtype=np.float32)[labels]


def ferplus_votes(path: Path, training: LabelledFaces) -> Targets:
    """The FER+ taggers' votes of the Training rows of fer2013new.csv or labels.csv, float32 (n, 7), each summing to 1.

    A face that no vote gives one of the seven emotions keeps FER-2013's label.

    Raises:
        ValueError: columns that are missing, votes that are no numbers, another number of rows than Training faces,
            or votes that have nothing to do with the labels.
    """
    rows = [row for row in read_rows(path, ("Usage", *FERPLUS_COLUMNS)) if row["Usage"].strip() == Split.TRAINING]
    if len(rows) != len(training):
        raise ValueError(f"{path} has votes for {len(rows)} Training faces, the data set has {len(training)}")
    try:
        votes = np.array([[float(row[name]) for name in FERPLUS_COLUMNS] for row in rows], np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: votes must be numbers: {error}") from None
    if not (np.isfinite(votes).all() and (votes >= 0).all()):
        raise ValueError(f"{path}: votes must not be negative")
    total = votes.sum(axis=1, keepdims=True)
    voted = total[:, 0] > 0
    agreement = float((votes.argmax(axis=1) == training.labels)[voted].mean()) if voted.any() else 0.0
    if agreement < MIN_AGREEMENT:
        raise ValueError(
            f"{path}: the votes' majority is the label of {agreement:.0%} of the Training faces, of FER-2013's it is "
            "66%: are the faces of the data set in the original order?"
        )
    return np.where(voted[:, None], votes / np.maximum(total, 1), one_hot(training.labels)).astype(np.float32)


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


def read_rows(path: Path, columns: tuple[str, ...]) -> list[Mapping[str, str]]:
    """The rows of a CSV that has these columns; `ValueError` names those that are missing."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path}: expected the columns {', '.join(columns)}, without: {', '.join(missing)}")
        return list(reader)


def balanced_weights(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """A weight for each emotion, float32 (7,), by which all count alike and the mean face weighs 1."""
    counts = np.bincount(labels, minlength=len(EMOTIONS))
    return (len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1))).astype(np.float32)


def prepare(config: TrainConfig, training: LabelledFaces) -> tuple[LabelledFaces, Targets]:
    """The Training faces that `config` leaves in, and their targets: labels, with the share of votes it asks for."""
    targets = one_hot(training.labels)
    if config.ferplus:
        votes = ferplus_votes(Path(config.ferplus), training)
        targets = (1 - config.ferplus_share) * targets + config.ferplus_share * votes
    if not config.exclude:
        return training, targets
    kept = np.ones(len(training), bool)
    kept[read_exclusions(Path(config.exclude), len(training))] = False
    missing = [EMOTIONS[label] for label in np.unique(training.labels) if label not in training.labels[kept]]
    if missing:
        raise ValueError(f"{config.exclude} leaves no Training face of {', '.join(missing)}")
    return training[np.flatnonzero(kept)], targets[kept]

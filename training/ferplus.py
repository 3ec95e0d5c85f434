"""FER+ (Barsoum et al., 2016): what ten taggers voted for FER-2013's faces, and how well a network agrees with them.

`python -m training.ferplus --model M --data fer2013.csv --votes fer2013new.csv [--split S]`
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion.faces import Scores
from emotion.labels import EMOTIONS
from training.csv_rows import read_rows
from training.dataset import read_dataset
from training.labelled_faces import LabelledFaces, Split, one_hot
from training.mixing import Targets

FERPLUS_COLUMNS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""FER+'s names of our emotions, in our order."""
FERPLUS_OTHERS = ("contempt", "unknown", "NF")
"""What taggers could also vote: none of the seven, or no face."""
MIN_AGREEMENT = 0.5
"""The votes' majority is FER-2013's label for two thirds of the faces; by chance, for a sixth."""
PROTOCOL = "majority of the votes but single ones; faces whose majority is one of the seven shared classes"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the agreement; 0 done, 2 and one line on stderr if the input was wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.ferplus", description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=Path("model/emotion_cnn.tflite"), help=".tflite or .keras (default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, faces in the original order")
    parser.add_argument("--votes", type=Path, required=True, help="FER+ votes: fer2013new.csv or labels.csv")
    parser.add_argument(
        "--split", type=Split, choices=list(Split), default=Split.PUBLIC_TEST, help="default: %(default)s"
    )
    arguments = parser.parse_args(argv)
    try:
        # Only here: evaluating reads this module's votes, too.
        from training.evaluate import load_classifier, predict_all

        part = read_dataset(arguments.data)[arguments.split]
        counts = ferplus_counts(arguments.votes, part, arguments.split)
        classifier = load_classifier(arguments.model)
        accuracy, faces = agreement(predict_all(classifier, part.faces), counts)
    except (ValueError, OSError) as error:
        print(f"training.ferplus: {error}", file=sys.stderr)
        return 2
    print(f"{classifier.card.name}, FER+ {arguments.split}: accuracy {accuracy:.4f} over {faces} faces ({PROTOCOL})")
    return 0


def majority(counts: Targets) -> npt.NDArray[np.int64]:
    """The emotion (n,) that more than half of the votes (n, 10) are for; -1 where that is none of the seven.

    As the data set's authors count: a vote that stands alone is dropped first.
    """
    kept = np.where(counts > 1, counts, 0)
    winner = kept.argmax(axis=1)
    decided = (kept.max(axis=1) > kept.sum(axis=1) / 2) & (winner < len(EMOTIONS))
    return np.where(decided, winner, -1)


def agreement(scores: Scores, counts: Targets) -> tuple[float, int]:
    """Accuracy (0-1) of `scores` (n, 7) against the taggers' majority, and the number of faces that have one.

    Raises:
        ValueError: no face has a majority.
    """
    labels = majority(counts)
    decided = labels >= 0
    if not decided.any():
        raise ValueError("no face has a majority of votes for one of the seven emotions")
    return float((scores.argmax(axis=1) == labels)[decided].mean()), int(decided.sum())


def ferplus_votes(path: Path, training: LabelledFaces) -> Targets:
    """The FER+ taggers' votes of the Training rows as shares of the seven emotions, float32 (n, 7), rows summing to 1.

    A face that no vote gives one of the seven emotions keeps FER-2013's label. Raises as `ferplus_counts`.
    """
    votes = ferplus_counts(path, training, Split.TRAINING)[:, : len(EMOTIONS)]
    total = votes.sum(axis=1, keepdims=True)
    return np.where(total > 0, votes / np.maximum(total, 1), one_hot(training.labels)).astype(np.float32)


def ferplus_counts(path: Path, data: LabelledFaces, split: Split) -> Targets:
    """Votes of one split of fer2013new.csv or labels.csv, float32 (n, 10): our seven, contempt, unknown, no face.

    Raises:
        ValueError: columns that are missing, votes that are no numbers, another number of rows than faces,
            or votes that have nothing to do with the labels.
    """
    columns = (*FERPLUS_COLUMNS, *FERPLUS_OTHERS)
    rows = [row for row in read_rows(path, ("Usage", *columns)) if row["Usage"].strip() == split]
    if len(rows) != len(data):
        raise ValueError(f"{path} has votes for {len(rows)} {split} faces, the data set has {len(data)}")
    try:
        votes = np.array([[float(row[name]) for name in columns] for row in rows], np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: votes must be numbers: {error}") from None
    if not (np.isfinite(votes).all() and (votes >= 0).all()):
        raise ValueError(f"{path}: votes must not be negative")
    seven = votes[:, : len(EMOTIONS)]
    voted = seven.sum(axis=1) > 0
    agreement = float((seven.argmax(axis=1) == data.labels)[voted].mean()) if voted.any() else 0.0
    if agreement < MIN_AGREEMENT:
        raise ValueError(
            f"{path}: the votes' majority is the label of {agreement:.0%} of the {split} faces, of FER-2013's it is "
            "66%: are the faces of the data set in the original order?"
        )
    return votes


if __name__ == "__main__":
    sys.exit(main())

"""How much of an accuracy is memory: `python -m training.copies --model M --data fer2013.csv`.

FER-2013's test splits hold pictures that also stand in Training, pixel for pixel. The benchmark counts them, and so
do all published figures; this tells the accuracy without them beside it.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emotion.classifier import EmotionClassifier
from training.dataset import read_dataset
from training.evaluate import load_classifier, predict_all
from training.labelled_faces import LabelledFaces, Split


@dataclass(frozen=True, slots=True)
class CopyReport:
    """`copies` of a split's faces stand in Training too; accuracies in 0-1, `None` where there is no such face."""

    copies: int
    on_all: float
    on_copies: float | None
    on_others: float | None


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each test split; 0 done, 2 and one line on stderr if the input was wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.copies", description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=Path("model/emotion_cnn.tflite"), help=".tflite or .keras (default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, or another data set")
    arguments = parser.parse_args(argv)
    try:
        classifier, data = load_classifier(arguments.model), read_dataset(arguments.data)
        for split in (Split.PUBLIC_TEST, Split.PRIVATE_TEST):
            print(sentence(split, measure_copies(classifier, data[Split.TRAINING], data[split])))
    except (ValueError, OSError) as error:
        print(f"training.copies: {error}", file=sys.stderr)
        return 2
    return 0


def measure_copies(classifier: EmotionClassifier, training: LabelledFaces, tested: LabelledFaces) -> CopyReport:
    """Accuracy on the faces of `tested` that stand in `training`, and on those that do not."""
    if len(tested) == 0:
        raise ValueError("there are no faces to test on")
    seen = {face.tobytes() for face in training.faces}
    copied = np.array([face.tobytes() in seen for face in tested.faces])
    right = predict_all(classifier, tested.faces).argmax(axis=1) == tested.labels
    return CopyReport(int(copied.sum()), float(right.mean()), _mean(right[copied]), _mean(right[~copied]))


def sentence(split: Split, report: CopyReport) -> str:
    """The report for people."""
    with_copies, without = ("-" if value is None else f"{value:.2%}" for value in (report.on_copies, report.on_others))
    return (
        f"{split}: {report.on_all:.2%} right; {report.copies} faces stand in Training too ({with_copies} right), "
        f"without them {without}"
    )


def _mean(right: np.ndarray) -> float | None:
    return float(right.mean()) if len(right) else None


if __name__ == "__main__":
    sys.exit(main())

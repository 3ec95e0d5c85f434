"""Softer, truer targets than one label a face: `python -m training.consensus --data fer2013.csv --votes FILE`.

FER-2013's labels are wrong or arguable for many faces. What ten FER+ taggers voted, and what networks that never saw
the face answer (`training.audit` keeps that), both tell how likely each label was. A multinomial regression of the
labels on both, fitted on other faces than those it speaks for, says so as probabilities for `train --soft-targets`.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from training.dataset import read_dataset
from training.ferplus import ferplus_counts
from training.labelled_faces import LabelledFaces, Split
from training.mixing import Targets
from training.targets import read_soft_targets, write_soft_targets

FOLDS = 5
SMALLEST = 1e-4
Columns = npt.NDArray[np.float64]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the targets and print how well they foretell labels; 0 done, 2 and one line on stderr for wrong input."""
    parser = argparse.ArgumentParser(prog="python -m training.consensus", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, or another data set")
    parser.add_argument("--votes", type=Path, help="FER+ votes: fer2013new.csv or labels.csv")
    parser.add_argument("--answers", type=Path, help="answers.csv of training.audit")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/consensus.csv"), help="CSV for the targets (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=2013, help="deals the folds (default: %(default)s)")
    arguments = parser.parse_args(argv)
    try:
        training = read_dataset(arguments.data)[Split.TRAINING]
        evidence = read_evidence(arguments.votes, arguments.answers, training)
        lines = [f"{'labels foretold from':24}{'accuracy':>10}{'loss':>9}"]
        for name, columns in evidence.items():
            targets = foretell(columns, training, arguments.seed)
            right, loss = score(targets, training)
            lines.append(f"{name:24}{right:10.2%}{loss:9.4f}")
        write_soft_targets(arguments.out, targets)
    except (ValueError, OSError) as error:
        print(f"training.consensus: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    print(f"targets from {name} are in {arguments.out}, for: python -m training.train --soft-targets {arguments.out}")
    return 0


def read_evidence(votes: Path | None, answers: Path | None, training: LabelledFaces) -> Mapping[str, Columns]:
    """What is known of each Training face, (n, columns), by name; everything together comes last.

    Raises:
        ValueError: neither votes nor answers, or files that do not fit.
    """
    evidence: dict[str, Columns] = {}
    if votes:
        counts = ferplus_counts(votes, training, Split.TRAINING)
        evidence["votes"] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    if answers:
        evidence["answers"] = np.log(np.maximum(read_soft_targets(answers, len(training)), SMALLEST))
    if not evidence:
        raise ValueError("nothing to foretell labels from: give --votes FILE, --answers FILE or both")
    return evidence if len(evidence) == 1 else {**evidence, "votes and answers": np.hstack([*evidence.values()])}


def foretell(evidence: Columns, training: LabelledFaces, seed: int) -> Targets:
    """Probabilities of the labels, float32 (n, 7), for each face from a regression that was fitted without it."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    regression = LogisticRegression(max_iter=1000)
    answers = cross_val_predict(regression, evidence, training.labels, cv=folds, method="predict_proba")
    return answers.astype(np.float32)


def score(targets: Targets, training: LabelledFaces) -> tuple[float, float]:
    """Accuracy (0-1) and mean negative log likelihood of the labels under `targets` (n, 7)."""
    own = targets[np.arange(len(training)), training.labels]
    return float((targets.argmax(axis=1) == training.labels).mean()), float(-np.log(np.maximum(own, 1e-12)).mean())


if __name__ == "__main__":
    sys.exit(main())

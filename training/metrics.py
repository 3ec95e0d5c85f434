"""How well a network reads one split, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from emotion.faces import Scores
from emotion.labels import EMOTIONS, Emotion

CALIBRATION_BINS = 15


@dataclass(frozen=True, slots=True)
class EmotionReport:
    """How one emotion is read: precision, recall and F1 in 0-1; `support` is the number of its faces."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A network's answers to the faces of one split, counted.

    `confusion` has a row per true emotion and a column per answer, both in `EMOTIONS` order. `macro_f1` is the mean
    of the seven F1s, so that rare emotions count as much as common ones. `calibration_error` is the expected
    calibration error over 15 equal bins of confidence. `coverage` is the share of faces whose confidence reaches
    `unsure_below`, `claimed_accuracy` the share of those that are right (`None` when nothing is claimed).
    """

    split: str
    count: int
    accuracy: float
    macro_f1: float
    per_emotion: Mapping[Emotion, EmotionReport]
    confusion: tuple[tuple[int, ...], ...]
    calibration_error: float
    unsure_below: float
    coverage: float
    claimed_accuracy: float | None

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as JSON values."""
        return {
            "split": self.split,
            "count": self.count,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "per_emotion": {
                emotion.value: {"precision": r.precision, "recall": r.recall, "f1": r.f1, "support": r.support}
                for emotion, r in self.per_emotion.items()
            },
            "labels": [emotion.value for emotion in EMOTIONS],
            "confusion_matrix": [list(row) for row in self.confusion],
            "expected_calibration_error": self.calibration_error,
            "unsure_below": self.unsure_below,
            "coverage": self.coverage,
            "claimed_accuracy": self.claimed_accuracy,
        }

    def to_text(self) -> str:
        """The evaluation as a table for people, emotions in FER-2013 order."""
        claimed = (
            "nothing is claimed" if self.claimed_accuracy is None else f"{self.claimed_accuracy:.1%} of them right"
        )
        lines = [
            f"{self.split}: {self.count} faces",
            f"accuracy {self.accuracy:.4f}   macro-F1 {self.macro_f1:.4f}   "
            f"expected calibration error {self.calibration_error:.4f}",
            f"claimed at a confidence of {self.unsure_below:.4f} or more: {self.coverage:.1%} of faces, {claimed}",
            "",
            f"{'':10}{'precision':>10}{'recall':>10}{'f1':>10}{'support':>10}",
        ]
        for emotion, r in self.per_emotion.items():
            lines.append(f"{emotion.value:10}{r.precision:10.4f}{r.recall:10.4f}{r.f1:10.4f}{r.support:10d}")
        lines += ["", "confusion matrix: rows are the truth, columns the answers"]
        lines.append(f"{'':10}" + "".join(f"{emotion.value:>10}" for emotion in EMOTIONS))
        for emotion, row in zip(EMOTIONS, self.confusion, strict=True):
            lines.append(f"{emotion.value:10}" + "".join(f"{count:10d}" for count in row))
        return "\n".join(lines)


def evaluate_scores(scores: Scores, labels: npt.NDArray[np.int64], unsure_below: float, split: str) -> Evaluation:
    """Compare probabilities (n, 7) with labels (n,), n >= 1; `split` is the name the evaluation gets.

    Raises:
        ValueError: no faces, shapes that do not fit, or scores that are no probabilities.
    """
    require_scores(scores, labels, split)
    answers, confidence = scores.argmax(axis=1), scores.max(axis=1).astype(np.float64)
    right = answers == labels
    classes = np.arange(len(EMOTIONS))
    columns = precision_recall_fscore_support(labels, answers, labels=classes, zero_division=0)
    reports = {
        emotion: EmotionReport(float(precision), float(recall), float(f1), int(support))
        for emotion, precision, recall, f1, support in zip(EMOTIONS, *columns, strict=True)
    }
    claimed = confidence >= unsure_below
    return Evaluation(
        split=str(split),
        count=len(labels),
        accuracy=float(right.mean()),
        macro_f1=float(np.mean([report.f1 for report in reports.values()])),
        per_emotion=reports,
        confusion=tuple(tuple(int(n) for n in row) for row in confusion_matrix(labels, answers, labels=classes)),
        calibration_error=expected_calibration_error(confidence, right),
        unsure_below=float(unsure_below),
        coverage=float(claimed.mean()),
        claimed_accuracy=float(right[claimed].mean()) if claimed.any() else None,
    )


def expected_calibration_error(confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    """Mean gap between confidence and accuracy over 15 equal bins, weighted by their faces (Guo et al., 2017).

    `confidence` (n,) in 0-1, `right` (n,) whether the likeliest emotion was the true one. A bin has its upper bound.
    """
    gaps = np.bincount(calibration_bins(confidence), weights=confidence - right, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def calibration_bins(confidence: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The bin, 0-14, of each confidence."""
    return np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(np.int64) - 1, 0, CALIBRATION_BINS - 1)


def require_scores(scores: Scores, labels: npt.NDArray[np.int64], split: str) -> None:
    """Raise `ValueError` unless there is at least one label and a row of seven probabilities for each."""
    if len(labels) == 0:
        raise ValueError(f"{split} has no faces to evaluate on")
    if scores.shape != (len(labels), len(EMOTIONS)):
        raise ValueError(f"expected scores of shape {(len(labels), len(EMOTIONS))}, got {scores.shape}")
    if not np.allclose(scores.sum(axis=1), 1, atol=1e-3):
        raise ValueError(f"the scores of {split} are no probabilities: their rows must sum to 1")

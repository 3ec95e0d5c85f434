"""How well each emotion's probability alone tells its faces from all others, over every threshold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

from emotion.faces import Scores
from emotion.labels import EMOTIONS, Emotion

Curve = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class OneVsRest:
    """One emotion against the other six.

    `roc` is (false positive rate, true positive rate) and `roc_area` the area below it, 0.5 for guessing;
    `precision_recall` is (recall, precision) and `average_precision` its area, summed by steps; for guessing that is
    `share`, the emotion's share of the faces.
    """

    roc: Curve
    roc_area: float
    precision_recall: Curve
    average_precision: float
    share: float


def one_vs_rest(scores: Scores, labels: npt.NDArray[np.int64]) -> dict[Emotion, OneVsRest]:
    """The curves of every emotion that has faces and is not all there is; `scores` (n, 7), `labels` (n,)."""
    curves = {}
    for label, emotion in enumerate(EMOTIONS):
        is_it, score = labels == label, scores[:, label]
        if is_it.all() or not is_it.any():
            continue  # against nothing there is no curve
        false_positives, true_positives, _ = roc_curve(is_it, score)
        precision, recall, _ = precision_recall_curve(is_it, score)
        curves[emotion] = OneVsRest(
            roc=(false_positives, true_positives),
            roc_area=float(auc(false_positives, true_positives)),
            precision_recall=(recall, precision),
            average_precision=float(average_precision_score(is_it, score)),
            share=float(is_it.mean()),
        )
    return curves


def areas(curves: Mapping[Emotion, OneVsRest]) -> dict[str, dict[str, float]]:
    """Both areas per emotion, as JSON values."""
    return {
        emotion.value: {"roc_area": curve.roc_area, "average_precision": curve.average_precision}
        for emotion, curve in curves.items()
    }

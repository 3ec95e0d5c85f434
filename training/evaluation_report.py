"""An evaluation as figures: PNGs and one HTML page that stands alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion.faces import Scores
from emotion.labels import EMOTIONS
from training.curves import one_vs_rest
from training.figures import NOT_PUBLIC, contact_sheet, save_figure
from training.html_page import HtmlPage
from training.labelled_faces import LabelledFaces
from training.metrics import Evaluation
from training.plots import plot_confusion, plot_curves, plot_history, plot_reliability
from training.view_averaging import LABELS, Averaging

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Result:
    """A model's answers to one split, with what they were measured on; `scores` (n, 7) has a row for each face.

    `history` are the rows of the run's `history.csv`, none where it is not at hand.
    """

    model: str
    averaging: Averaging
    evaluation: Evaluation
    data: LabelledFaces
    scores: Scores
    history: Sequence[dict[str, float]] = ()


def write_report(result: Result, out: Path) -> None:
    """Write `confusion`, `curves`, `reliability`, `history` and `most_wrong` as PNGs, and `index.html`, to `out`."""
    evaluation = result.evaluation
    page = HtmlPage(f"{result.model} on {evaluation.split}")
    page.text(f"Averaging {result.averaging.value}: {LABELS[result.averaging]}. {NOT_PUBLIC}")
    page.table(["what", "value"], summary_rows(evaluation))
    page.heading("Each emotion")
    curves = one_vs_rest(result.scores, result.data.labels)
    page.table(
        ["emotion", "precision", "recall", "F1", "ROC area", "average precision", "faces"],
        [
            [
                emotion.value,
                *(f"{value:.3f}" for value in (report.precision, report.recall, report.f1)),
                f"{curves[emotion].roc_area:.3f}" if emotion in curves else "-",
                f"{curves[emotion].average_precision:.3f}" if emotion in curves else "-",
                report.support,
            ]
            for emotion, report in evaluation.per_emotion.items()
        ],
    )
    wrong = most_wrong(result.scores, result.data.labels, SHOWN)
    figures = [
        ("confusion", "Confusion", plot_confusion(evaluation.confusion),
         "Rows are the truth, columns the answers: counts, and shares of each row."),
        ("curves", "Each emotion against the rest", plot_curves(curves),
         "Left: true over false positives. Right: precision over recall. One line an emotion, over all thresholds."),
        ("reliability", "Calibration",
         plot_reliability(result.scores, result.data.labels, evaluation.calibration_error),
         "How often answers of each confidence are right; below, how many there are."),
    ]  # fmt: skip
    if result.history:
        figures.append(
            ("history", "Training", plot_history(result.history),
             "Accuracy and loss of each epoch. The Training faces are varied, so they are the harder ones.")
        )  # fmt: skip
    figures.append(
        ("most_wrong", "Most wrong", contact_sheet(result.data.faces[wrong], captions(result, wrong)),
         f"Of {evaluation.count - round(evaluation.accuracy * evaluation.count)} wrong answers, those furthest from "
         f"the truth: its label > the answer, with both probabilities and the face's index in {evaluation.split}. "
         f"Many are labelled wrongly. {NOT_PUBLIC}")
    )  # fmt: skip
    for name, heading, figure, caption in figures:
        if result.averaging is not Averaging.NONE and name != "history":
            figure.suptitle(f"averaging: {result.averaging.value}")  # a PNG goes on without its page
        save_figure(figure, out / f"{name}.png")
        page.heading(heading)
        page.picture(out / f"{name}.png", f"{caption} (averaging: {result.averaging.value})")
    page.save(out / "index.html")


def summary_rows(evaluation: Evaluation) -> list[tuple[str, str]]:
    """The single numbers of an evaluation."""
    claimed = evaluation.claimed_accuracy
    return [
        ("faces", f"{evaluation.count:,d}"),
        ("accuracy", f"{evaluation.accuracy:.2%}"),
        ("macro-F1", f"{evaluation.macro_f1:.2%}"),
        ("expected calibration error, 15 bins", f"{evaluation.calibration_error:.2%}"),
        (f"claimed (confidence at least {evaluation.unsure_below:.3f})", f"{evaluation.coverage:.1%}"),
        ("right among the claimed", "-" if claimed is None else f"{claimed:.1%}"),
    ]


def most_wrong(scores: Scores, labels: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Indices of the wrong answers whose probability exceeds the truth's most; at most `count`."""
    gap = scores.max(axis=1) - scores[np.arange(len(labels)), labels]
    order = np.argsort(-gap, kind="stable")
    wrong = order[scores[order].argmax(axis=1) != labels[order]]
    return wrong[:count]


def captions(result: Result, chosen: npt.NDArray[np.int64]) -> list[str]:
    """Under each face: its label, the answer, both probabilities, its index."""
    return [
        f"{EMOTIONS[label].value} {row[label]:.0%} > {EMOTIONS[row.argmax()].value} {row.max():.0%}\n{index}"
        for index, label, row in zip(chosen, result.data.labels[chosen], result.scores[chosen], strict=True)
    ]

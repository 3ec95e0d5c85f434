"""The figures of an evaluation."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emotion.faces import Scores
from emotion.labels import COLOURS, EMOTIONS, Emotion
from training.curves import OneVsRest
from training.metrics import CALIBRATION_BINS, calibration_bins

LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
"""A line style an emotion: colour never alone."""


def plot_confusion(confusion: Sequence[Sequence[int]]) -> Figure:
    """Counts on the left, shares of each true emotion on the right; rows are the truth, columns the answers."""
    counts = np.asarray(confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.5), layout="constrained")
    for axes, texts, title in (
        (left, [[f"{n:,d}" for n in row] for row in counts], "faces"),
        (right, [[f"{share:.0%}" for share in row] for row in shares], "share of the true emotion"),
    ):
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)  # by share in both: happy's many faces would pale the rest
        for (row, column), share in np.ndenumerate(shares):
            ink = "white" if share > 0.55 else "black"
            axes.text(column, row, texts[row][column], ha="center", va="center", color=ink, fontsize=9)
        names = [emotion.value for emotion in EMOTIONS]
        axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
        axes.set_yticks(range(len(names)), names)
        axes.set(title=title, xlabel="answer", ylabel="truth")
        axes.spines[:].set_visible(False)
    return figure


def plot_curves(curves: Mapping[Emotion, OneVsRest]) -> Figure:
    """ROC on the left, precision and recall on the right, one line an emotion, the areas in the legends."""
    figure, (roc, precision) = plt.subplots(1, 2, figsize=(13, 5.5), layout="constrained")
    for style, emotion in zip(LINES, EMOTIONS, strict=True):
        if emotion not in curves:
            continue
        curve = curves[emotion]
        look = {"color": COLOURS[emotion], "linestyle": style, "linewidth": 1.7}
        roc.plot(*curve.roc, label=f"{emotion.value} {curve.roc_area:.3f}", **look)
        precision.plot(*curve.precision_recall, label=f"{emotion.value} {curve.average_precision:.3f}", **look)
    roc.plot([0, 1], [0, 1], color="#929292", linewidth=0.8)
    roc.set(title="ROC, one against the rest", xlabel="false positive rate", ylabel="true positive rate")
    precision.set(title="Precision and recall, one against the rest", xlabel="recall", ylabel="precision")
    roc.legend(title="area", loc="lower right")
    precision.legend(title="average precision", loc="lower left")
    for axes in (roc, precision):
        _finish(axes)
    return figure


def plot_reliability(scores: Scores, labels: npt.NDArray[np.int64], calibration_error: float) -> Figure:
    """Accuracy over confidence in 15 bins; on the diagonal a probability means what it says. Below, faces a bin."""
    confidence, right = scores.max(axis=1).astype(np.float64), scores.argmax(axis=1) == labels
    bins = calibration_bins(confidence)
    count = np.bincount(bins, minlength=CALIBRATION_BINS)
    accuracy = np.bincount(bins, weights=right, minlength=CALIBRATION_BINS) / np.maximum(count, 1)
    middles, width = (np.arange(CALIBRATION_BINS) + 0.5) / CALIBRATION_BINS, 0.9 / CALIBRATION_BINS
    figure, (top, bottom) = plt.subplots(
        2, 1, figsize=(6, 6.5), sharex=True, height_ratios=(3, 1), layout="constrained"
    )
    top.bar(middles[count > 0], accuracy[count > 0], width, color=COLOURS[Emotion.SAD], label="accuracy")
    top.plot([0, 1], [0, 1], color="black", linestyle="--", linewidth=1, label="as it should be")
    top.set(title=f"Reliability: expected calibration error {calibration_error:.2%}", ylabel="accuracy")
    top.legend(loc="upper left")
    bottom.bar(middles, count, width, color=COLOURS[Emotion.NEUTRAL])
    bottom.set(xlabel="confidence", ylabel="faces")
    _finish(top)
    bottom.spines[["top", "right"]].set_visible(False)
    return figure


def plot_history(history: Sequence[Mapping[str, float]]) -> Figure:
    """Accuracy and loss over the epochs, on Training and PublicTest, with the epoch that was kept."""
    epochs = [row["epoch"] for row in history]
    public = [row["val_accuracy"] for row in history]
    best = int(np.argmax(public))
    figure, all_axes = plt.subplots(1, 2, figsize=(13, 4.5), layout="constrained")
    for axes, name in zip(all_axes, ("accuracy", "loss"), strict=True):
        for column, label, colour, style in (
            (name, "Training (as varied)", COLOURS[Emotion.HAPPY], "--"),
            (f"val_{name}", "PublicTest", COLOURS[Emotion.FEAR], "-"),
        ):
            if column in history[0]:
                axes.plot(epochs, [row[column] for row in history], style, color=colour, label=label)
        axes.axvline(epochs[best], color="#929292", linewidth=1, label=f"kept: epoch {epochs[best]:.0f}")
        axes.set(title=name, xlabel="epoch")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.2)
        axes.legend()
    all_axes[0].set_title(f"accuracy (best on PublicTest {public[best]:.2%})")
    return figure


def _finish(axes: Axes) -> None:
    """A unit square with a faint grid."""
    axes.set(xlim=(0, 1), ylim=(0, 1.01))
    axes.grid(alpha=0.2)
    axes.spines[["top", "right"]].set_visible(False)

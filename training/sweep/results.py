"""The points of a sweep side by side: tables in Markdown, a CSV file, a picture."""

import csv
import io
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from emotion.files import write_text
from training.figures import save_figure
from training.sweep.space import Listed, Swept, describe, text_of

INK = "#4B45ED"
BEST_INK = "#C01303"


class State(StrEnum):
    """How a run ended."""

    WHOLE = "whole"
    PRUNED = "pruned"
    LOST = "loss lost"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went: its highest PublicTest `accuracy`, the epoch of it (from 1), epochs and minutes it took.

    `accuracy` is `None` and the rest 0 for a run without one sound epoch.
    """

    state: State
    accuracy: float | None = None
    best_epoch: int = 0
    epochs: int = 0
    minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """The swept settings of one run, in the order of the sweep, where it is kept, and how it went."""

    settings: Mapping[str, Any]
    folder: Path
    outcome: Outcome


def best_of(points: Sequence[Point]) -> Point | None:
    """The first with the highest PublicTest accuracy; only runs that came to their end compete."""
    whole = [point for point in points if point.outcome.state is State.WHOLE]
    return max(whole, key=lambda point: point.outcome.accuracy or 0.0, default=None)


def markdown(points: Sequence[Point], space: Sequence[Swept]) -> str:
    """All points as a table, best in bold, and two lists also as rows against columns."""
    tables = [list_table(points, space)]
    if len(space) == 2 and all(isinstance(swept, Listed) for swept in space):
        tables.append(two_way_table(points, *space))
    return "\n\n".join(tables)


def list_table(points: Sequence[Point], space: Sequence[Swept]) -> str:
    """A row a point; one that did not come to its end says so instead of competing."""
    names = [swept.name for swept in space]
    best = best_of(points)
    rows = []
    for point in points:
        outcome = point.outcome
        accuracy = percent(outcome.accuracy, point is best)
        if outcome.state is not State.WHOLE:
            accuracy += f" ({outcome.state})"
        epochs = f"{outcome.best_epoch} of {outcome.epochs}"
        rows.append([*(shown(point.settings[name]) for name in names), accuracy, epochs, f"{outcome.minutes:.1f}"])
    return table([*names, "PublicTest", "best epoch", "minutes"], rows)


def two_way_table(points: Sequence[Point], rows: Swept, columns: Swept) -> str:
    """PublicTest accuracies, the first setting's values down, the second's across; - where nothing whole is."""
    best = best_of(points)
    cells = []
    for row in rows.extremes:
        cells.append([f"{rows.name} {shown(row)}"])
        for column in columns.extremes:
            here = best_of([p for p in points if (p.settings[rows.name], p.settings[columns.name]) == (row, column)])
            cells[-1].append(percent(here.outcome.accuracy, here is best) if here else "-")
    return table([f"{rows.name} \\ {columns.name}", *(shown(value) for value in columns.extremes)], cells)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns are aligned for the terminal too."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    lines = [" | ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in (header, *rows)]
    rule = "|".join("-" * (width + 1) + ":" for width in widths)
    return "\n".join([f"| {lines[0]} |", f"|{rule}|", *(f"| {line} |" for line in lines[1:])])


def percent(accuracy: float | None, bold: bool) -> str:
    """An accuracy as the tables have it."""
    text = "-" if accuracy is None else f"{accuracy:.2%}"
    return f"**{text}**" if bold else text


def shown(value: Any) -> str:
    """A value as people read it; a sampled number has more digits than they want."""
    return f"{value:.4g}" if isinstance(value, float) else text_of(value)


def plot(points: Sequence[Point]) -> Figure:
    """PublicTest accuracy of each point, the first on top; hollow where a run did not come to its end."""
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.3 * len(points)))
    best = best_of(points)
    for height, point in enumerate(points):
        if point.outcome.accuracy is None:
            continue
        ink = BEST_INK if point is best else INK
        filled = ink if point.outcome.state is State.WHOLE else "none"
        axes.plot(point.outcome.accuracy, height, "o", markeredgecolor=ink, markerfacecolor=filled)
    labels = [", ".join(f"{name}={shown(value)}" for name, value in point.settings.items()) for point in points]
    axes.set_yticks(range(len(points)), labels, fontsize=8)
    axes.set_ylim(len(points) - 0.5, -0.5)
    axes.xaxis.set_major_formatter("{x:.1%}")
    axes.set_xlabel("PublicTest accuracy of the best epoch")
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def write_results(folder: Path, points: Sequence[Point], space: Sequence[Swept]) -> None:
    """Write `sweep.csv`, `sweep.md` and `sweep.png`; the CSV has every digit and each run's folder."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [swept.name for swept in space]
    writer.writerow([*names, "public_test_accuracy", "best_epoch", "epochs_fitted", "minutes", "state", "folder"])
    for point in points:
        outcome = point.outcome
        writer.writerow(
            [
                *(text_of(point.settings[name]) for name in names),
                *("" if outcome.accuracy is None else outcome.accuracy, outcome.best_epoch, outcome.epochs),
                *(outcome.minutes, outcome.state.value, point.folder.name),
            ]
        )
    write_text(folder / "sweep.csv", text.getvalue())
    write_text(folder / "sweep.md", markdown(points, space) + "\n")
    save_figure(plot(points), folder / "sweep.png")


def verdict(points: Sequence[Point], data: Path) -> str:
    """The best run, and the command that exports it."""
    best = best_of(points)
    if best is None:
        return "no run came to its end with a sound loss: sweep lower learning rates"
    options = ["--network", str(best.folder / "best.keras"), "--data", str(data)]
    command = shlex.join(["python", "-m", "training.export", *options])
    return f"best on PublicTest: {describe(best.settings)}; to serve it\n  {command} --out FOLDER"

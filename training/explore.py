"""See a data set before fitting on it: `python -m training.explore --data fer2013.csv --out FOLDER`.

Class counts, sample faces, mean faces and duplicates, as PNGs and one HTML page.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from emotion.faces import FACE_SIZE
from emotion.labels import COLOURS, EMOTIONS
from training.dataset import read_dataset, table
from training.duplicates import conflicting, count_duplicates, describe, find_duplicates
from training.figures import save_figure
from training.html_page import HtmlPage
from training.labelled_faces import Dataset, LabelledFaces, Split

SAMPLES = 12
LISTED_GROUPS = 40


def main(argv: Sequence[str] | None = None) -> int:
    """Write the pictures and the page; 0 done, 2 and one line on stderr if the input was wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.explore", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, or another data set")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/explore"), help="folder for PNGs and index.html (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=2013, help="draws the sample faces (default: %(default)s)")
    arguments = parser.parse_args(argv)
    try:
        data = read_dataset(arguments.data)
        explore(data, arguments.out, arguments.seed)
    except (ValueError, OSError) as error:
        print(f"training.explore: {error}", file=sys.stderr)
        return 2
    print(table(data))
    print(f"\npictures and {arguments.out / 'index.html'} written; they show the data set's faces: do not publish them")
    return 0


def explore(data: Dataset, out: Path, seed: int) -> None:
    """Write `counts.png`, `samples.png`, `means.png` and `index.html` to `out`."""
    everything = LabelledFaces(
        np.concatenate([part.faces for part in data.values()]), np.concatenate([part.labels for part in data.values()])
    )
    page = HtmlPage("The data set")
    page.heading("Faces per split and emotion")
    page.table(
        ["emotion", *(split.value for split in Split)],
        [[emotion.value, *(data[split].counts()[emotion] for split in Split)] for emotion in EMOTIONS],
    )
    for name, figure, caption in (
        ("counts", plot_counts(data), "Share of each emotion in each split."),
        ("samples", plot_samples(everything, seed), "Faces of each emotion, drawn at random."),
        ("means", plot_means(everything), "The mean face of each emotion: what its pictures have in common."),
    ):
        png = out / f"{name}.png"
        save_figure(figure, png)
        page.picture(png, caption)
    groups = find_duplicates(data)
    page.heading("Identical pictures")
    page.table(["what", "number"], count_duplicates(groups).items())
    conflicts = [group for group in groups if conflicting(group)]
    page.text(
        f"{len(groups)} groups of identical pictures, {len(conflicts)} of them with conflicting labels; the first:"
    )
    page.table(["group", "labels"], [(number, describe(g)) for number, g in enumerate(conflicts[:LISTED_GROUPS], 1)])
    page.save(out / "index.html")


def plot_counts(data: Dataset) -> Figure:
    """Bars of each emotion's share, a group per emotion, a bar per split."""
    figure, axes = plt.subplots(figsize=(10, 4))
    width = 0.8 / len(Split)
    for number, split in enumerate(Split):
        shares = [count / max(len(data[split]), 1) for count in data[split].counts().values()]
        places = np.arange(len(EMOTIONS)) + (number - 1) * width
        bars = axes.bar(places, shares, width, color=[*COLOURS.values()], alpha=1 - 0.3 * number, label=split.value)
        axes.bar_label(bars, [f"{share:.0%}" for share in shares], fontsize=7)
    axes.set_xticks(np.arange(len(EMOTIONS)), [emotion.value for emotion in EMOTIONS])
    axes.set_title("Share of the split; left to right: " + ", ".join(Split), fontsize=10)
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def plot_samples(data: LabelledFaces, seed: int) -> Figure:
    """A row of random faces per emotion."""
    rng = np.random.default_rng(seed)
    sheet = np.full((len(EMOTIONS) * FACE_SIZE, SAMPLES * FACE_SIZE), 255, np.uint8)
    for row in range(len(EMOTIONS)):
        drawn = rng.permutation(np.flatnonzero(data.labels == row))[:SAMPLES]
        for column, index in enumerate(drawn):
            top, left = row * FACE_SIZE, column * FACE_SIZE
            sheet[top : top + FACE_SIZE, left : left + FACE_SIZE] = data.faces[index, :, :, 0]
    figure, axes = plt.subplots(figsize=(12, 7))
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255)
    axes.set_yticks([(row + 0.5) * FACE_SIZE for row in range(len(EMOTIONS))], [emotion.value for emotion in EMOTIONS])
    axes.set_xticks([])
    return figure


def plot_means(data: LabelledFaces) -> Figure:
    """The mean face of each emotion that has faces."""
    figure, all_axes = plt.subplots(1, len(EMOTIONS), figsize=(12, 2.2))
    for label, (emotion, axes) in enumerate(zip(EMOTIONS, all_axes, strict=True)):
        faces = data.faces[data.labels == label, :, :, 0]
        if len(faces):
            axes.imshow(faces.mean(axis=0), cmap="gray")
        axes.set_title(f"{emotion.value} ({len(faces):,})", fontsize=10)
        axes.set_axis_off()
    return figure


if __name__ == "__main__":
    sys.exit(main())

"""Figures drawn without a display: written whole, and sheets of faces with a line of text under each."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed, or there

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from emotion.faces import FaceBatch
from emotion.files import replacing

NOT_PUBLIC = "It shows faces of the data set, which are not ours to pass on: do not publish it."
"""What every page and message with faces says."""


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, whole, and free its memory."""
    with replacing(path) as aside:
        figure.savefig(aside, dpi=110, bbox_inches="tight")
    plt.close(figure)


def contact_sheet(faces: FaceBatch, captions: Sequence[str], columns: int = 8) -> Figure:
    """Faces, uint8 (n, 48, 48, 1), in reading order with their captions below; an empty figure for none."""
    rows = max(-(-len(faces) // columns), 1)
    figure, grid = plt.subplots(rows, columns, figsize=(columns * 1.5, rows * 1.9), squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    for axes, face, caption in zip(grid.ravel(), faces, captions, strict=False):
        axes.imshow(face[:, :, 0], cmap="gray", vmin=0, vmax=255)
        axes.set_title(caption, fontsize=7, y=-0.02, verticalalignment="top")
    return figure

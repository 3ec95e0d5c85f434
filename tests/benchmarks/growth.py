"""A frame's time against its faces and its pixels: `python -m tests.benchmarks.growth --plot FILE.png`.

The films are those of `tests.benchmarks.live`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emotion.analyzer import load_analyzer
from emotion.classifier import EmotionClassifier
from tests.benchmarks.frame import make_pool
from tests.benchmarks.live import Result, make_film, play


def growth(pool: Sequence[np.ndarray], classifier: EmotionClassifier, frames: int, plot: Path | None) -> None:
    """Time against the number of faces, and against the size of the picture."""
    by_faces = {side**2: play(make_film(pool, side, 1280, 720), classifier, frames) for side in (1, 2, 3, 4, 5, 7)}
    sizes = ((640, 480), (1280, 720), (1920, 1080), (3840, 2160))
    by_pixels = {f"{w} x {h}": play(make_film(pool, 3, w, h), classifier, frames) for w, h in sizes}
    print("\n| faces, 1280 x 720 | " + " | ".join(map(str, by_faces)) + " |")
    print("|---" * (len(by_faces) + 1) + "|")
    print("| a frame | " + " | ".join(f"{r.median_ms:.1f} ms" for r in by_faces.values()) + " |")
    print("\n| picture, 9 faces | " + " | ".join(by_pixels) + " |")
    print("|---" * (len(by_pixels) + 1) + "|")
    print("| a frame | " + " | ".join(f"{r.median_ms:.1f} ms" for r in by_pixels.values()) + " |")
    if plot:
        draw(by_faces, {w * h / 1e6: r for (w, h), r in zip(sizes, by_pixels.values(), strict=True)}, plot)


def draw(by_faces: dict[int, Result], by_megapixels: dict[float, Result], path: Path) -> None:
    """Both curves as a PNG."""
    from matplotlib import pyplot as plt

    from training.figures import save_figure

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
    for ax, points, label in zip(
        axes, (by_faces, by_megapixels), ("faces, 1280 x 720", "megapixels, 9 faces"), strict=True
    ):
        ax.plot([*points], [r.median_ms for r in points.values()], marker="o")
        ax.set_xlabel(label)
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("ms a frame")
    axes[0].set_ylim(bottom=0)  # of both, once both are drawn: it would keep the top of the first alone
    save_figure(figure, path)


def main(argv: Sequence[str] | None = None) -> int:
    """Print both tables in Markdown, and draw them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="fer2013.csv, for classes of different faces")
    parser.add_argument("--frames", type=int, default=150, help="frames of a film (default: %(default)s)")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="also draw both as curves")
    arguments = parser.parse_args(argv)
    growth(make_pool(arguments.data), load_analyzer().classifier, arguments.frames, arguments.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())

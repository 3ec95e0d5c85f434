"""How well several networks read one split together: `python -m training.ensemble --models A.keras B.keras --data ...`.

The mean of their probabilities, as teachers give it. A figure of an ensemble is not one of a network that serves.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from emotion.faces import FaceBatch, Scores
from training.dataset import read_dataset
from training.distillation import load_teachers
from training.evaluate import BATCH
from training.labelled_faces import Split
from training.metrics import evaluate_scores


def main(argv: Sequence[str] | None = None) -> int:
    """Print each network's accuracy and the ensemble's; 2 and one line on stderr if the input was wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.ensemble", description=__doc__)
    parser.add_argument("--models", type=Path, nargs="+", required=True, metavar="FILE", help=".keras files")
    parser.add_argument("--data", type=Path, required=True, help="path of fer2013.csv")
    parser.add_argument(
        "--split", type=Split, choices=list(Split), default=Split.PUBLIC_TEST, help="default: %(default)s"
    )
    parser.add_argument("--plain", action="store_true", help="one pass a network, without the mirrored face")
    arguments = parser.parse_args(argv)
    try:
        networks = load_teachers(arguments.models)
        part = read_dataset(arguments.data)[arguments.split]
        scores = [predict(network, part.faces, not arguments.plain) for network in networks]
        together = evaluate_scores(np.mean(scores, axis=0), part.labels, 0.0, arguments.split)
    except (ValueError, OSError) as error:
        print(f"training.ensemble: {error}", file=sys.stderr)
        return 2
    views = "one plain pass" if arguments.plain else "averaged over the face and its mirror image"
    for path, alone in zip(arguments.models, scores, strict=True):
        print(f"{path}: accuracy {np.mean(alone.argmax(axis=1) == part.labels):.4f} ({views})")
    print(f"\nensemble of {len(networks)}, {views}; not the figure of a single network:\n{together.to_text()}")
    return 0


def predict(network: keras.Model, faces: FaceBatch, mirrored: bool) -> Scores:
    """Probabilities, float32 (n, 7); with `mirrored`, the mean of those of the faces and of their mirror images."""
    views = [faces, faces[:, :, ::-1]] if mirrored else [faces]
    return np.mean([network.predict(view, batch_size=BATCH, verbose=0) for view in views], axis=0)


if __name__ == "__main__":
    sys.exit(main())

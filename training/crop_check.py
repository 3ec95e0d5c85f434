"""Is what the app cuts out what the network was fitted on? `python -m training.crop_check --data fer2013.csv`.

FER-2013's faces are set back into larger pictures, found by the app's detector and cut by the app's `crop_faces`, with
several margins; each is compared with FER-2013's own crop of the same faces.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion.analyzer import crop_faces
from emotion.classifier import EmotionClassifier
from emotion.detector import LIVE, THOROUGH, HaarDetector
from emotion.faces import Box, FaceBatch
from training.dataset import read_dataset
from training.evaluate import load_classifier, predict_all
from training.labelled_faces import LabelledFaces, Split
from training.scenes import Scene, scenes

SEARCHES = {"thorough": THOROUGH, "live": LIVE}
MARGINS = (-0.1, -0.05, 0.0, 0.05, 0.1, 0.2)
LEAST_OVERLAP = 0.5
SEED = 2013


@dataclass(frozen=True, slots=True)
class Found:
    """The faces of a data set that a detector found again: `indices` (n,) and, for each, its crop at each margin."""

    indices: npt.NDArray[np.int64]
    crops: dict[float, FaceBatch]
    width_ratio: float
    offset: float


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line per margin; 0 done, 2 and one line on stderr if the input was wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.crop_check", description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=Path("model/emotion_cnn.tflite"), help=".tflite or .keras (default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, or another data set")
    parser.add_argument(
        "--split", type=Split, choices=list(Split), default=Split.PUBLIC_TEST, help="default: %(default)s"
    )
    parser.add_argument(
        "--search", choices=[*SEARCHES], default="thorough", help="photos' or streams' search (default: %(default)s)"
    )
    parser.add_argument(
        "--margins", type=float, nargs="+", default=MARGINS, metavar="X", help="shares of a box added on each side"
    )
    arguments = parser.parse_args(argv)
    try:
        classifier = load_classifier(arguments.model)
        data = read_dataset(arguments.data)[arguments.split]
        found = find_again(data.faces, HaarDetector(SEARCHES[arguments.search]), arguments.margins)
        plain, cut = compare(classifier, data, found)
    except (ValueError, OSError) as error:
        print(f"training.crop_check: {error}", file=sys.stderr)
        return 2
    print(
        f"{classifier.card.name}, {arguments.split}: {len(found.indices)} of {len(data)} faces found again; boxes are "
        f"{found.width_ratio:.2f} as wide as the crop, {found.offset:.1%} of it off its centre\n"
        f"{'crop':20}{'accuracy':>10}{'points':>9}\n{'FER-2013 itself':20}{plain:10.2%}"
    )
    for margin, accuracy in cut.items():
        print(f"{f'box, margin {margin:+.0%}':20}{accuracy:10.2%}{100 * (accuracy - plain):+9.2f}")
    return 0


def find_again(faces: FaceBatch, detector: HaarDetector, margins: Iterable[float], progress: bool = True) -> Found:
    """Set `faces` into scenes, search those, and cut what was found.

    Raises:
        ValueError: no face was found, or a margin so negative that nothing is left of a box.
    """
    margins = tuple(margins)
    if not all(-0.5 < margin <= 1 for margin in margins):
        raise ValueError(f"margins must be more than -0.5 and at most 1, got {', '.join(map(str, margins))}")
    indices: list[int] = []
    crops: dict[float, list[FaceBatch]] = {margin: [] for margin in margins}
    ratios, offsets = [], []
    number = -(-len(faces) // 15)
    for scene in tqdm(scenes(faces, np.random.default_rng(SEED)), total=number, disable=not progress, leave=False):
        for index, true, box in matches(scene, detector.detect(scene.image)):
            indices.append(index)
            ratios.append(box.width / true.width)
            offsets.append(np.hypot(*(np.array(centre(box)) - centre(true))) / true.width)
            for margin in margins:
                crops[margin].append(crop_faces(scene.image, [with_margin(box, margin)]))
    if not indices:
        raise ValueError(f"the detector found none of {len(faces)} faces again")
    return Found(
        np.array(indices),
        {margin: np.concatenate(parts) for margin, parts in crops.items()},
        float(np.mean(ratios)),
        float(np.mean(offsets)),
    )


def compare(classifier: EmotionClassifier, data: LabelledFaces, found: Found) -> tuple[float, dict[float, float]]:
    """Accuracy (0-1) on the faces found as FER-2013 has them, and as they were cut at each margin."""
    same = data[found.indices]

    def accuracy(faces: FaceBatch) -> float:
        return float((predict_all(classifier, faces).argmax(axis=1) == same.labels).mean())

    return accuracy(same.faces), {margin: accuracy(faces) for margin, faces in found.crops.items()}


def matches(scene: Scene, found: Sequence[Box]) -> list[tuple[int, Box, Box]]:
    """Index, true box and found box of each face that was found."""
    hits = []
    for index, true in zip(scene.indices, scene.boxes, strict=True):
        best = max(found, key=true.overlap, default=None)
        if best is not None and true.overlap(best) >= LEAST_OVERLAP:
            hits.append((int(index), true, best))
    return hits


def centre(box: Box) -> tuple[float, float]:
    return (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2


def with_margin(box: Box, margin: float) -> Box:
    """`box` with `margin` of its sides added on each side; negative takes away."""
    x, y = round(margin * box.width), round(margin * box.height)
    return Box(box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y)


if __name__ == "__main__":
    sys.exit(main())

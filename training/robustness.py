"""What poor pictures cost: `python -m training.robustness --model M --data fer2013.csv [--split S] [--json OUT]`.

Class video is small, dark, blurred and compressed; FER-2013 is not. Each condition spoils all faces of a split alike.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from emotion.classifier import EmotionClassifier
from emotion.faces import FACE_SIZE, FaceBatch
from emotion.files import write_text
from training.dataset import read_dataset
from training.evaluate import load_classifier, predict_all
from training.labelled_faces import LabelledFaces, Split

Grey = npt.NDArray[np.uint8]
BLUR_SIGMA_PX = 1.5
JPEG_QUALITY = 30


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line per condition; 0 done, 2 and one line on stderr if the input was wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.robustness", description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=Path("model/emotion_cnn.tflite"), help=".tflite or .keras (default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, or another data set")
    parser.add_argument(
        "--split", type=Split, choices=list(Split), default=Split.PUBLIC_TEST, help="default: %(default)s"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the accuracies as JSON")
    arguments = parser.parse_args(argv)
    try:
        classifier = load_classifier(arguments.model)
        accuracies = measure(classifier, read_dataset(arguments.data)[arguments.split])
        if arguments.json:
            report = {"model": classifier.card.name, "split": arguments.split.value, "accuracy": accuracies}
            write_text(arguments.json, json.dumps(report, indent=2) + "\n")
    except (ValueError, OSError) as error:
        print(f"training.robustness: {error}", file=sys.stderr)
        return 2
    print(f"{classifier.card.name}, {arguments.split}\n{table(accuracies)}")
    return 0


def measure(classifier: EmotionClassifier, data: LabelledFaces) -> dict[str, float]:
    """Accuracy, 0-1, under each condition; `ValueError` if there are no faces."""
    if len(data) == 0:
        raise ValueError("there are no faces to test on")
    return {
        name: float((predict_all(classifier, spoil(data.faces, condition)).argmax(axis=1) == data.labels).mean())
        for name, condition in CONDITIONS.items()
    }


def spoil(faces: FaceBatch, condition: Callable[[Grey], Grey]) -> FaceBatch:
    """A copy of `faces` with every face through `condition`, which takes and gives uint8 (48, 48)."""
    spoilt = np.empty_like(faces)
    for face, target in zip(faces, spoilt, strict=True):
        target[:, :, 0] = condition(face[:, :, 0])
    return spoilt


def source_size(side: int) -> Callable[[Grey], Grey]:
    """A face that had only `side` pixels, enlarged as `crop_faces` does."""

    def reduce(face: Grey) -> Grey:
        small = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, face.shape[::-1], interpolation=cv2.INTER_LINEAR)

    return reduce


def brightness(factor: float) -> Callable[[Grey], Grey]:
    """Grey values times `factor`, cut at white."""
    return lambda face: cv2.convertScaleAbs(face, alpha=factor)


def moved(turn_deg: float = 0.0, right: float = 0.0, down: float = 0.0) -> Callable[[Grey], Grey]:
    """A face turned about its middle and shifted by shares of its side; the border repeats."""
    middle = (FACE_SIZE - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), turn_deg, 1.0)
    matrix[:, 2] += (right * FACE_SIZE, down * FACE_SIZE)
    return lambda face: cv2.warpAffine(face, matrix, face.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


def compressed(face: Grey) -> Grey:
    """The face through a JPEG of low quality."""
    content = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), np.uint8)


def blurred(face: Grey) -> Grey:
    """The face out of focus."""
    return np.asarray(cv2.GaussianBlur(face, (0, 0), BLUR_SIGMA_PX), np.uint8)


CONDITIONS: Mapping[str, Callable[[Grey], Grey]] = {
    "as it is": lambda face: face,
    "32 x 32 source pixels": source_size(32),
    "24 x 24 source pixels": source_size(24),
    f"Gaussian blur, sigma {BLUR_SIGMA_PX} px": blurred,
    f"JPEG quality {JPEG_QUALITY}": compressed,
    "brightness +40 %": brightness(1.4),
    "brightness -40 %": brightness(0.6),
    "rotation +20 degrees": moved(turn_deg=20),
    "rotation -20 degrees": moved(turn_deg=-20),
    "shift 10 % right": moved(right=0.1),
    "shift 10 % down": moved(down=0.1),
}
"""Name -> condition; the first is the one the others are compared with."""


def table(accuracies: Mapping[str, float]) -> str:
    """Accuracies, and the points lost against the first, for the terminal."""
    plain = next(iter(accuracies.values()))
    lines = [f"{'condition':28}{'accuracy':>10}{'points':>9}"]
    lines += [f"{name:28}{value:10.2%}{100 * (value - plain):+9.2f}" for name, value in accuracies.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

"""Measure a network on one split: `python -m training.evaluate --model M --data fer2013.csv --split PrivateTest`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emotion.card import ModelCard, card_path
from emotion.classifier import EmotionClassifier
from emotion.faces import FaceBatch, Scores
from emotion.files import write_text
from training.dataset import read_dataset
from training.labelled_faces import LabelledFaces, Split
from training.metrics import Evaluation, evaluate_scores

BATCH = 256
"""Faces in one call: LiteRT holds the whole batch's activations in memory."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the evaluation; 0 if it was made, 2 and one line on stderr if the input was wrong."""
    arguments = parse(argv)
    try:
        classifier = load_classifier(arguments.model)
        data = read_dataset(arguments.data)[arguments.split]
        evaluation = evaluate(classifier, data, arguments.split)
        report = json.dumps({"model": classifier.card.name, **evaluation.to_dict()}, indent=2) + "\n"
        if arguments.json == "-":
            sys.stdout.write(report)
            return 0
        print(f"{classifier.card.name}\n{evaluation.to_text()}")
        if arguments.json:
            write_text(Path(arguments.json), report)
    except (ValueError, OSError) as error:
        print(f"training.evaluate: {error}", file=sys.stderr)
        return 2
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line's options; argparse ends the program with 2 where they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=Path("model/emotion_cnn.tflite"), help=".tflite or .keras (default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, required=True, help="path of fer2013.csv")
    parser.add_argument(
        "--split", type=Split, choices=list(Split), default=Split.PRIVATE_TEST, help="default: %(default)s"
    )
    parser.add_argument("--json", metavar="OUT", help="also write JSON; - prints it instead of the table")
    return parser.parse_args(argv)


def load_classifier(model: Path) -> EmotionClassifier:
    """The network at `model` with the card beside it; a `.keras` of an unfinished run may come without."""
    if model.suffix == ".keras" and model.is_file() and not card_path(model).is_file():
        print(f"{model} has no card yet: evaluated as it is, never unsure", file=sys.stderr)
        return EmotionClassifier.load(model, ModelCard(name=model.stem))
    return EmotionClassifier.load(model)


def evaluate(classifier: EmotionClassifier, data: LabelledFaces, split: str) -> Evaluation:
    """The classifier's answers to all faces of `data`, counted; `ValueError` if there are none."""
    return evaluate_scores(predict_all(classifier, data.faces), data.labels, classifier.card.unsure_below, split)


def predict_all(classifier: EmotionClassifier, faces: FaceBatch) -> Scores:
    """Probabilities, float32 (n, 7), for any number of uint8 faces (n, 48, 48, 1), a batch at a time."""
    if len(faces) == 0:
        return classifier.predict(faces)
    return np.concatenate([classifier.predict(faces[start : start + BATCH]) for start in range(0, len(faces), BATCH)])


if __name__ == "__main__":
    sys.exit(main())

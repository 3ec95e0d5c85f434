"""Measure a network on one split: `python -m training.evaluate --model M --data fer2013.csv --split PrivateTest`.

`--report FOLDER` adds the figures: PNGs and one self-contained HTML page.
"""

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
from training.curves import areas, one_vs_rest
from training.dataset import read_dataset
from training.labelled_faces import LabelledFaces, Split
from training.metrics import Evaluation, evaluate_scores
from training.view_averaging import LABELS, Averaging, predict_averaged

BATCH = 256
"""Faces in one call: LiteRT holds the whole batch's activations in memory."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the evaluation; 0 if it was made, 2 and one line on stderr if the input was wrong."""
    arguments = parse(argv)
    try:
        evaluate_file(arguments)
    except (ValueError, OSError) as error:
        print(f"training.evaluate: {error}", file=sys.stderr)
        return 2
    return 0


def evaluate_file(arguments: argparse.Namespace) -> None:
    """Measure one file and write what the options ask for."""
    classifier = load_classifier(arguments.model)
    history = find_history(arguments.model, arguments.history) if arguments.report else []
    data = read_dataset(arguments.data)[arguments.split]
    scores = predict_averaged(lambda faces: predict_all(classifier, faces), data.faces, arguments.average)
    evaluation = evaluate_scores(scores, data.labels, classifier.card.unsure_below, arguments.split)
    name, average = classifier.card.name, arguments.average
    if arguments.report:
        # Only now: matplotlib takes a second, which a plain measurement need not wait for.
        from training.evaluation_report import Result, write_report

        write_report(Result(name, average, evaluation, data, scores, history), arguments.report)
    found = {"model": name, "averaging": average.value, **evaluation.to_dict()}
    found["one_vs_rest"] = areas(one_vs_rest(scores, data.labels))
    report = json.dumps(found, indent=2) + "\n"
    if arguments.json == "-":
        sys.stdout.write(report)
        return
    print(f"{name}\naveraging {average}: {LABELS[average]}\n{evaluation.to_text()}")
    if arguments.json:
        write_text(Path(arguments.json), report)
    if arguments.report:
        print(f"\nreport in {arguments.report / 'index.html'}; it shows the data set's faces: do not publish it")


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
    parser.add_argument(
        "--average",
        type=Averaging,
        choices=list(Averaging),
        default=Averaging.NONE,
        help="views of a face that are averaged; every output names it (default: %(default)s, as the app does)",
    )
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="write figures and index.html there")
    parser.add_argument(
        "--history", type=Path, metavar="FILE", help="history.csv of the run, for --report (default: beside the model)"
    )
    parser.add_argument("--json", metavar="OUT", help="also write JSON; - prints it instead of the table")
    return parser.parse_args(argv)


def find_history(model: Path, asked: Path | None) -> list[dict[str, float]]:
    """The rows of the history that was asked for, or of the one beside the model; none where there is none."""
    beside = model.parent / "history.csv"
    if asked is None and not beside.is_file():
        return []
    from training.run_folder import read_history  # imports Keras, which a .tflite does without

    return read_history(asked or beside)


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

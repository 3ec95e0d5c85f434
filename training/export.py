"""Make a run's best network ready to serve: `python -m training.export --network runs/N/best.keras --data fer2013.csv`.

Calibrate on PublicTest, save as `.keras`, convert to `.tflite`, check that both answer alike, measure, write the card.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from emotion.card import ModelCard
from emotion.classifier import EmotionClassifier
from emotion.faces import FaceBatch, Scores
from training.calibration import (
    choose_unsure_threshold,
    fit_temperature,
    with_temperature,
    without_temperature,
)
from training.dataset import read_dataset
from training.evaluate import BATCH, predict_all
from training.labelled_faces import LabelledFaces, Split
from training.litert import convert, in_float32
from training.metrics import evaluate_scores
from training.networks import LOGITS
from training.provenance import file_sha256, provenance, require_run

NAME = "emotion_cnn"
WANTED_ACCURACY = 0.85
MAX_DIFFERENCE = 1e-3
MIN_SAME_LABEL = 0.999


def main(argv: Sequence[str] | None = None) -> int:
    """Export and print a summary; 2 and one line on stderr if the input was wrong or the files disagree."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("--network", type=Path, required=True, help="best.keras in the folder of a run")
    parser.add_argument("--data", type=Path, required=True, help="path of fer2013.csv")
    parser.add_argument("--out", type=Path, default=Path("model"), help="folder for the files (default: %(default)s)")
    parser.add_argument(
        "--wanted-accuracy",
        type=float,
        default=WANTED_ACCURACY,
        help="an expression is claimed only where this share of PublicTest is right (default: %(default)s)",
    )
    arguments = parser.parse_args(argv)
    try:
        card = export(arguments.network, read_dataset(arguments.data), arguments.out, arguments.wanted_accuracy)
    except (ValueError, OSError) as error:
        print(f"training.export: {error}", file=sys.stderr)
        return 2
    print(summary(card, arguments.out))
    return 0


def export(
    best: Path, data: Mapping[Split, LabelledFaces], out: Path, wanted_accuracy: float = WANTED_ACCURACY
) -> ModelCard:
    """Write `emotion_cnn.keras`, `.tflite` and `.json` to `out`; files there stay as they are if anything fails.

    Raises:
        FileNotFoundError: no network at `best`, or no run beside it.
        ValueError: not such a network, a split without faces, or a `.tflite` that answers otherwise than the `.keras`.
    """
    fitted = load_network(best)
    require_run(best)
    network = in_float32(fitted)
    public, private = data[Split.PUBLIC_TEST], data[Split.PRIVATE_TEST]
    temperature = fit_temperature(predict_logits(network, public.faces), public.labels)
    network = with_temperature(network, temperature)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as aside:
        as_keras, as_tflite = Path(aside, f"{NAME}.keras"), Path(aside, f"{NAME}.tflite")
        network.save(as_keras)
        convert(network, as_tflite)
        blank = ModelCard(name="being exported", temperature=temperature)
        served = EmotionClassifier.load(as_tflite, blank)
        scores = predict_all(served, public.faces)
        parity = check_parity(predict_all(EmotionClassifier.load(as_keras, blank), public.faces), scores)
        unsure_below = choose_unsure_threshold(scores, public.labels, wanted_accuracy)
        files = {path.name: file_sha256(path) for path in (as_keras, as_tflite)}
        card = ModelCard(
            name=f"emotion_net-{files[as_tflite.name][:12]}",
            temperature=temperature,
            unsure_below=unsure_below,
            metrics={
                split.value: measure(answers, data[split].labels, temperature, unsure_below, split)
                for split, answers in (
                    (Split.PUBLIC_TEST, scores),
                    (Split.PRIVATE_TEST, predict_all(served, private.faces)),
                )
            },
            provenance=provenance(best, fitted, data[Split.TRAINING], files, parity),
        )
        as_json = Path(aside, f"{NAME}.json")
        as_json.write_text(card.to_json(), encoding="utf-8", newline="\n")
        out.mkdir(exist_ok=True)
        for path in (as_keras, as_tflite, as_json):  # the card last: it vouches for the others
            path.replace(out / path.name)
    return card


def load_network(path: Path) -> keras.Model:
    """The Keras network at `path`, without its optimizer; `FileNotFoundError` or `ValueError` if it is none."""
    if not path.is_file():
        raise FileNotFoundError(f"no network at {path}: a run writes best.keras after its first epoch")
    try:
        return keras.models.load_model(path, compile=False)
    except (ValueError, OSError, TypeError) as error:
        raise ValueError(f"{path} is not a Keras network, or is damaged: {error}") from error


def predict_logits(network: keras.Model, faces: FaceBatch) -> np.ndarray:
    """What the network's layer `LOGITS` answers, float32 (n, 7)."""
    inner = keras.Model(network.input, network.get_layer(LOGITS).output)
    return inner.predict(faces, batch_size=BATCH, verbose=0)


def check_parity(by_keras: Scores, by_tflite: Scores) -> dict[str, float]:
    """How alike two files of one network answer; both float32 (n, 7), for the same faces.

    Raises:
        ValueError: probabilities differ by more than 0.001, or more than one label in a thousand does.
    """
    difference = float(np.abs(by_keras - by_tflite).max())
    same = float((by_keras.argmax(axis=1) == by_tflite.argmax(axis=1)).mean())
    if not difference <= MAX_DIFFERENCE or same < MIN_SAME_LABEL:
        raise ValueError(
            f"the .tflite answers otherwise than the .keras: probabilities differ by up to {difference:.2g} "
            f"(allowed {MAX_DIFFERENCE:g}), {same:.2%} of the labels are the same (wanted {MIN_SAME_LABEL:.1%}); "
            "the files there before stay"
        )
    return {"faces": len(by_keras), "max_difference": difference, "same_label": same}


def measure(
    scores: Scores, labels: np.ndarray, temperature: float, unsure_below: float, split: Split
) -> dict[str, Any]:
    """The evaluation as the card tells it, with the calibration error before the temperature beside the one after."""
    before = evaluate_scores(without_temperature(scores, temperature), labels, unsure_below, split)
    after = evaluate_scores(scores, labels, unsure_below, split)
    return {**after.to_dict(), "expected_calibration_error_before_temperature": before.calibration_error}


def summary(card: ModelCard, out: Path) -> str:
    """A few lines for the terminal."""
    lines = [f"{card.name} in {out}: temperature {card.temperature:.3f}, unsure below {card.unsure_below:.3f}"]
    for split, values in card.metrics.items():
        lines.append(
            f"{split}: accuracy {values['accuracy']:.4f}, macro-F1 {values['macro_f1']:.4f}, calibration error "
            f"{values['expected_calibration_error']:.4f} (was "
            f"{values['expected_calibration_error_before_temperature']:.4f}), claims {values['coverage']:.1%} of faces"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

"""Make a run's best network ready to serve: `python -m training.export --network runs/N/best.keras --data fer2013.csv`.

Calibrate on PublicTest, save as `.keras`, convert to `.tflite`, check that both answer alike, measure, write the card.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from emotion.card import ModelCard, card_path
from emotion.classifier import EmotionClassifier
from emotion.faces import FaceBatch, Scores
from emotion.files import write_text
from training.calibration import (
    fit_temperature,
    with_temperature,
)
from training.dataset import read_dataset
from training.evaluate import BATCH, predict_all
from training.examination import Examination
from training.labelled_faces import LabelledFaces, Split
from training.litert import convert, in_float32
from training.networks import LOGITS
from training.provenance import provenance, require_run
from training.quantised import compare, convert_quantised

NAME = "emotion_cnn"
INT8 = f"{NAME}_int8.tflite"
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
    parser.add_argument("--votes", type=Path, help="FER+ votes, fer2013new.csv or labels.csv, to be measured by, too")
    arguments = parser.parse_args(argv)
    try:
        data = read_dataset(arguments.data)
        card = export(arguments.network, data, arguments.out, arguments.wanted_accuracy, arguments.votes)
    except (ValueError, OSError) as error:
        print(f"training.export: {error}", file=sys.stderr)
        return 2
    print(summary(card, arguments.out))
    return 0


def export(
    best: Path,
    data: Mapping[Split, LabelledFaces],
    out: Path,
    wanted_accuracy: float = WANTED_ACCURACY,
    votes: Path | None = None,
) -> ModelCard:
    """Write `emotion_cnn.keras`, `.tflite` and `.json` to `out`; files there stay as they are if anything fails.

    Beside them, where eight bits cost at most 0.3 points on PublicTest and save time, `emotion_cnn_int8.tflite` with
    a card of its own; where they do not, one of an earlier export is removed. With `votes` the cards tell FER+, too.

    Raises:
        FileNotFoundError: no network at `best`, or no run beside it.
        ValueError: not such a network, a split without faces, or a `.tflite` that answers otherwise than the `.keras`.
    """
    fitted = load_network(best)
    require_run(best)
    network = in_float32(fitted)
    public = data[Split.PUBLIC_TEST]
    temperature = fit_temperature(predict_logits(network, public.faces), public.labels)
    network = with_temperature(network, temperature)
    examination = Examination(data, temperature, wanted_accuracy, votes)
    origin = provenance(best, fitted, data[Split.TRAINING])
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as aside:
        as_keras, as_tflite, as_int8 = (Path(aside, name) for name in (f"{NAME}.keras", f"{NAME}.tflite", INT8))
        network.save(as_keras)
        convert(network, as_tflite)
        convert_quantised(network, as_int8)
        blank = ModelCard(name="being exported", temperature=temperature)
        by_keras, served, in_bytes = (EmotionClassifier.load(path, blank) for path in (as_keras, as_tflite, as_int8))
        parity = check_parity(predict_all(by_keras, public.faces), predict_all(served, public.faces))
        card = examination.card(served, (as_keras, as_tflite), {**origin, "parity": parity})
        cards = {as_tflite: card}
        gain = compare(in_bytes, served, public)
        if gain.worthwhile:
            cards[as_int8] = examination.card(in_bytes, (as_int8,), {**origin, "against_float32": gain.to_dict()})
        publish(as_keras, cards, out)
    return card


def publish(as_keras: Path, cards: Mapping[Path, ModelCard], out: Path) -> None:
    """Move the files of an export, and write their cards, to `out`; an int8 file of an earlier export goes."""
    for path, card in cards.items():
        write_text(card_path(path), card.to_json())
    out.mkdir(exist_ok=True)
    for old in (out / INT8, card_path(out / INT8)):
        old.unlink(missing_ok=True)
    for path in (as_keras, *cards, *map(card_path, cards)):  # cards last: they vouch for the others
        path.replace(out / path.name)


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

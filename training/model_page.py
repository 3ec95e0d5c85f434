"""A network's card for people: `python -m training.model_page model/emotion_cnn.json > model/README.md`.

Every figure comes from the card for programs, so that the two cannot differ.
"""

import argparse
import dataclasses
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emotion.card import ModelCard
from emotion.labels import EMOTIONS
from training.augmentation import Augmentation
from training.config import TrainConfig

TEMPLATE = Path(__file__).with_name("model_page.md")
INT8 = "emotion_cnn_int8.json"
ON_DEVICE = "training.on_device"
Metrics = Mapping[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the page; 0 done, 2 and one line on stderr if the card is missing or tells too little."""
    parser = argparse.ArgumentParser(prog="python -m training.model_page", description=__doc__)
    parser.add_argument(
        "card", type=Path, nargs="?", default=Path("model/emotion_cnn.json"), help="default: %(default)s"
    )
    arguments = parser.parse_args(argv)
    try:
        print(render(arguments.card), end="")
    except (ValueError, OSError) as error:
        print(f"training.model_page: {error}", file=sys.stderr)
        return 2
    except KeyError as error:
        print(f"training.model_page: {arguments.card} does not tell {error}: export the network anew", file=sys.stderr)
        return 2
    return 0


def render(path: Path) -> str:
    """The page in Markdown of the card at `path`; `KeyError` names what the card lacks."""
    card = ModelCard.load(path)
    public, private = (card.metrics[split] for split in ("PublicTest", "PrivateTest"))
    told = card.provenance
    config = told["config"]
    beside = path.with_name(INT8)
    return TEMPLATE.read_text(encoding="utf-8").format(
        name=card.name,
        parameters=f"{told['parameters']:,}",
        multiply_adds=f"{told['multiply_adds'] / 1e6:.1f}",
        temperature=f"{card.temperature:.3f}",
        unsure_below=f"{card.unsure_below:.3f}",
        small_file=small_file(ModelCard.load(beside)) if beside.is_file() else "",
        command=command(config),
        epoch=told["epoch"],
        epochs_run=told["epochs_run"],
        max_difference=f"{told['parity']['max_difference']:.1e}",
        same_label=percent(told["parity"]["same_label"]),
        figures=figures(public, private),
        emotions=emotions(private),
        confusion=confusion(private),
        copies=private["copies_in_training"],
        without_copies=percent(private["accuracy_without_copies"]),
        poor_pictures=poor_pictures(private["poor_pictures"]),
        found_again=found_again(private["found_again"]),
        ferplus=ferplus(private["ferplus"]),
    )


def percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


def points(difference: float) -> str:
    return f"{100 * difference:+.2f}"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def command(config: Mapping[str, Any]) -> str:
    """The options that differ from the defaults, as they were given, without those that changed nothing.

    Augmentation has none, it comes by presets.
    """
    defaults = TrainConfig()
    run = dataclasses.replace(
        defaults, network=config.get("network", defaults.network), teachers=tuple(config.get("teachers", ()))
    )
    program = config.get("program", defaults.program)
    words = [*(["KERAS_BACKEND=jax"] if program == ON_DEVICE else []), "python", "-m", program, "--data", "fer2013.csv"]
    for field in dataclasses.fields(TrainConfig):
        value = config.get(field.name)
        if field.name in ("program", "augmentation") or value is None or not run.heeds(field.name):
            continue
        value = tuple(value) if isinstance(value, list) else value
        if value != getattr(defaults, field.name):
            values = value if isinstance(value, tuple) else (value,)
            words += [f"--{field.name.replace('_', '-')}", *map(str, values)]
    varied = {**dataclasses.asdict(Augmentation()), **config.get("augmentation", {})}
    changed = {name: value for name, value in varied.items() if value != getattr(defaults.augmentation, name)}
    return shlex.join(words) + (f"   # augmentation: {json.dumps(changed)}" if changed else "")


def figures(public: Metrics, private: Metrics) -> str:
    rows = {
        "accuracy": "accuracy",
        "macro-F1": "macro_f1",
        "expected calibration error (15 bins)": "expected_calibration_error",
        "the same before calibration": "expected_calibration_error_before_temperature",
        "faces for which an expression is claimed": "coverage",
        "accuracy of those claims": "claimed_accuracy",
    }
    return table(
        ["", "PublicTest", "PrivateTest"],
        [
            [name, percent(public[key]), f"**{percent(private[key])}**" if key == "accuracy" else percent(private[key])]
            for name, key in rows.items()
        ],
    )


def emotions(private: Metrics) -> str:
    rows = []
    for emotion in EMOTIONS:
        told = private["per_emotion"][emotion]
        rows.append([emotion, *(f"{100 * told[key]:.1f}" for key in ("precision", "recall", "f1")), told["support"]])
    return table(["emotion", "precision", "recall", "F1", "faces"], rows)


def confusion(private: Metrics) -> str:
    rows = [[f"**{emotion}**", *row] for emotion, row in zip(EMOTIONS, private["confusion_matrix"], strict=True)]
    return table(["", *EMOTIONS], rows)


def poor_pictures(accuracies: Mapping[str, float]) -> str:
    plain = accuracies["as it is"]
    return table(
        ["condition", "accuracy", "points"],
        [[name, percent(value), points(value - plain)] for name, value in accuracies.items() if value is not plain],
    )


def found_again(told: Metrics | None) -> str:
    if told is None:
        return "not measured"
    cut, original = told["accuracy"], told["accuracy_of_original_crops"]
    return (
        f"{told['faces']:,} of these faces, set into larger pictures, are found by the app's detector; cut as the app\n"
        f"does, {percent(cut)} of them are read rightly, against {percent(original)} of the data set's own crops "
        f"({points(cut - original)} points)"
    )


def ferplus(told: Metrics | None) -> str:
    if told is None:
        return "not measured"
    return f"{percent(told['accuracy'])} of {told['faces']:,} PrivateTest faces ({told['protocol']})"


def small_file(card: ModelCard) -> str:
    """The paragraph on the file with weights of eight bits."""
    gain, private = card.provenance["against_float32"], card.metrics["PrivateTest"]
    return (
        "`emotion_cnn_int8.tflite` is the same network with weights of eight bits and a card of its own: PublicTest "
        f"{percent(gain['accuracy'])}\ninstead of {percent(gain['accuracy_of_float32'])}, PrivateTest "
        f"{percent(private['accuracy'])}, {gain['times_as_fast']:.1f} times as fast for 25 faces on the machine that "
        "exported it.\n"
    )


if __name__ == "__main__":
    sys.exit(main())

"""The model card for programs: what a network's file must travel with to be used rightly."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emotion.faces import FACE_SIZE
from emotion.labels import EMOTIONS

INPUT_SHAPE = (FACE_SIZE, FACE_SIZE, 1)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model reads and answers, how far to trust it, and where it comes from.

    `temperature` is already part of the network's graph and told here for the record; `unsure_below` is the
    probability under which no emotion is claimed. `metrics` holds one report per split (see `training.evaluate`),
    `provenance` the run's settings, data hash and package versions.
    """

    name: str
    labels: tuple[str, ...] = EMOTIONS
    input_shape: tuple[int, ...] = INPUT_SHAPE
    temperature: float = 1.0
    unsure_below: float = 0.0
    metrics: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if tuple(self.labels) != tuple(e.value for e in EMOTIONS):
            raise ValueError(
                f"the card's labels are {[*self.labels]}, this app reads {[e.value for e in EMOTIONS]} in this order"
            )
        if tuple(self.input_shape) != INPUT_SHAPE:
            raise ValueError(f"the card's input shape is {self.input_shape}, this app gives {INPUT_SHAPE}")
        if not self.temperature > 0:
            raise ValueError(f"temperature must be positive, got {self.temperature}")
        if not 0 <= self.unsure_below <= 1:
            raise ValueError(f"unsure_below must be a probability, got {self.unsure_below}")

    @classmethod
    def load(cls, path: Path) -> "ModelCard":
        """Read the JSON card at `path`.

        Raises:
            FileNotFoundError: there is no card.
            ValueError: it is no card, or disagrees with this app about labels or input.
        """
        if not path.is_file():
            raise FileNotFoundError(
                f"no model card at {path}: a model is used only with the card that training wrote beside it"
            )
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            values["labels"] = tuple(values["labels"])
            values["input_shape"] = tuple(values["input_shape"])
            return cls(**values)
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"model card {path}: {error}") from error

    def to_json(self) -> str:
        return json.dumps(
            {
                "name": self.name,
                "labels": [str(label) for label in self.labels],
                "input_shape": [*self.input_shape],
                "temperature": self.temperature,
                "unsure_below": self.unsure_below,
                "metrics": self.metrics,
                "provenance": self.provenance,
            },
            indent=2,
        ) + "\n"  # fmt: skip


def card_path(model: Path) -> Path:
    """Where the card of a model file stands: beside it, same name, `.json`."""
    return model.with_suffix(".json")

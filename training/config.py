"""Everything that decides a training run, as one value that is saved beside its result."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from emotion.files import write_text
from training.augmentation import Augmentation


def setting(default: Any, help: str) -> Any:
    """A field that `training.options` also offers on the command line, with its one-line description."""
    return dataclasses.field(default=default, metadata={"help": help})


@dataclasses.dataclass(frozen=True, slots=True)
class TrainConfig:
    """A run's settings; the defaults are those of the shipped network.

    `learning_rate` is the peak after `warmup_epochs`, from where it falls on a cosine to zero; `weight_decay` is
    AdamW's (decoupled; kernels only); `stem`, `widths`, `blocks` and `dropout` are `emotion_net`'s.
    """

    epochs: int = setting(45, "passes over the Training split")
    batch_size: int = setting(128, "faces in one step")
    learning_rate: float = setting(2e-3, "AdamW's highest rate")
    warmup_epochs: float = setting(2.0, "epochs until that rate is reached")
    weight_decay: float = setting(0.05, "AdamW's decoupled decay of the kernels")
    label_smoothing: float = setting(0.1, "share of a target that is spread over all emotions")
    seed: int = setting(2013, "of weights, order and augmentation")
    stem: int = setting(24, "channels at 48 x 48")
    widths: tuple[int, ...] = setting((40, 80, 160), "channels after each halving")
    blocks: tuple[int, ...] = setting((1, 1, 2), "residual blocks after each halving")
    dropout: float = setting(0.4, "share of features dropped before the last layer")
    augmentation: Augmentation = dataclasses.field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "learning_rate", "stem"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        for name in ("warmup_epochs", "weight_decay", "seed"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        for name in ("label_smoothing", "dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 0 and less than 1, got {getattr(self, name)}")
        if len(self.widths) != len(self.blocks):
            raise ValueError(f"widths and blocks need the same length, got {self.widths} and {self.blocks}")
        if not all(value > 0 for value in (*self.widths, *self.blocks)):
            raise ValueError(f"widths and blocks must be positive, got {self.widths} and {self.blocks}")

    def differences(self, asked: "TrainConfig") -> list[str]:
        """The settings in which `asked` differs from this config, each as one line."""
        here, there = (flatten(dataclasses.asdict(config)) for config in (self, asked))
        return [f"{name}: {here[name]} there, {there[name]} asked for" for name in here if here[name] != there[name]]

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    def save(self, path: Path) -> None:
        write_text(path, self.to_json())

    @classmethod
    def load(cls, path: Path) -> "TrainConfig":
        """Read a config that `save` wrote; `ValueError` names an unknown setting."""
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            values["augmentation"] = Augmentation(**values["augmentation"])
            settings: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
            return cls(**settings)
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{path} is not a training config of this version: {error}") from None


def flatten(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as one level, `augmentation.shift` for what stood inside."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return flat

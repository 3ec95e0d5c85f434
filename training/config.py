"""Everything that decides a training run, as one value that is saved beside its result."""

import dataclasses
import json
from pathlib import Path

from training.augmentation import Augmentation
from training.files import write_text


@dataclasses.dataclass(frozen=True, slots=True)
class TrainConfig:
    """A run's settings; the defaults are those of the shipped network.

    `learning_rate` is the peak after `warmup_epochs`, from where it falls on a cosine to zero; `weight_decay` is
    AdamW's (decoupled; kernels only); `stem`, `widths`, `blocks` and `dropout` are `emotion_net`'s.
    """

    epochs: int = 45
    batch_size: int = 128
    learning_rate: float = 2e-3
    warmup_epochs: float = 2.0
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    seed: int = 2013
    stem: int = 24
    widths: tuple[int, ...] = (40, 80, 160)
    blocks: tuple[int, ...] = (1, 1, 2)
    dropout: float = 0.4
    augmentation: Augmentation = Augmentation()

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "learning_rate"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if len(self.widths) != len(self.blocks):
            raise ValueError(f"widths and blocks need the same length, got {self.widths} and {self.blocks}")

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    def save(self, path: Path) -> None:
        write_text(path, self.to_json())

    @classmethod
    def load(cls, path: Path) -> "TrainConfig":
        """Read a config that `save` wrote; `ValueError` names an unknown setting."""
        values = json.loads(path.read_text(encoding="utf-8"))
        try:
            values["augmentation"] = Augmentation(**values["augmentation"])
            return cls(**{key: tuple(v) if isinstance(v, list) else v for key, v in values.items()})
        except (TypeError, KeyError) as error:
            raise ValueError(f"{path} is not a training config of this version: {error}") from None

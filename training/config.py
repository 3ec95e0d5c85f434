"""Everything that decides a training run, as one value that is saved beside its result."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emotion.faces import FACE_SIZE
from emotion.files import write_text
from training.augmentation import Augmentation
from training.choices import CLASS_WEIGHTS, NETWORKS, OPTIMIZERS, SCHEDULES, WEIGHTS, require_known

POSITIVE = ("epochs", "batch_size", "learning_rate", "fine_tune_rate", "stem", "expansion", "distil_temperature")
NOT_NEGATIVE = ("warmup_epochs", "weight_decay", "seed", "freeze_epochs", "early_stopping", "mixup", "cutmix")
BELOW_ONE = ("label_smoothing", "dropout", "ema")
SIDE_STEP = 8
"""`emotion_net` halves a face three times."""
HEEDED_BY = {
    **dict.fromkeys(("stem", "widths", "blocks"), ("emotion_net", "inverted_net")),
    "expansion": ("inverted_net",),
}
"""The networks that have a use for a setting of the architecture; all have one for the others."""
OF_TEACHERS = ("distil_share", "distil_temperature")
SHARES = ("ferplus_share", "soft_share", "distil_share", "views_share")


def setting(default: Any, help: str, choices: tuple[str, ...] = ()) -> Any:
    """A field that `training.options` also offers on the command line, with its one-line description."""
    return dataclasses.field(default=default, metadata={"help": help, "choices": choices})


@dataclasses.dataclass(frozen=True, slots=True)
class TrainConfig:
    """A run's settings; the model card has those of the shipped network.

    `training.schedules` says what each `schedule` does with `learning_rate`; `weight_decay` is decoupled, of kernels
    only, and not Adam's; `stem`, `widths` and `blocks` are `emotion_net`'s. A setting that a config.json of an older
    version lacks has its default. `program` is the module that fits.
    """

    program: str = "training.train"
    network: str = setting("emotion_net", "architecture; python -m training.networks lists them", NETWORKS)
    weights: str = setting("none", "resnet50's first weights", WEIGHTS)
    begin_from: str = setting("", ".keras FILE of this architecture whose weights the run begins with")
    freeze_epochs: int = setting(0, "first epochs that fit only the last layer (transfer learning)")
    fine_tune_rate: float = setting(1e-4, "highest rate after them, for the whole network")
    epochs: int = setting(45, "passes over the Training split")
    early_stopping: int = setting(0, "epochs without a better PublicTest accuracy after which to stop; 0 never does")
    batch_size: int = setting(128, "faces in one step")
    optimizer: str = setting("adamw", "how weights follow gradients", OPTIMIZERS)
    schedule: str = setting("cosine", "how the rate changes", SCHEDULES)
    learning_rate: float = setting(2e-3, "highest rate")
    warmup_epochs: float = setting(2.0, "epochs until that rate is reached")
    weight_decay: float = setting(0.05, "decoupled decay of the kernels, for adamw and sgd")
    ema: float = setting(0.0, "decay per step of averaged weights, which are then chosen and kept; 0 keeps the last")
    label_smoothing: float = setting(0.1, "share of a target that is spread over all emotions")
    class_weights: str = setting("none", "balanced: each emotion counts alike, however rare", CLASS_WEIGHTS)
    mixup: float = setting(0.0, "alpha of mixup, about 0.2; 0 mixes no faces")
    cutmix: float = setting(0.0, "alpha of cutmix, about 1; 0 cuts none in; with mixup, one of both a batch")
    ferplus: str = setting("", "FILE with FER+ votes: fer2013new.csv or labels.csv")
    ferplus_share: float = setting(0.0, "share of a target that is the FER+ votes")
    soft_targets: str = setting("", "CSV FILE with a probability of each emotion for each Training face")
    soft_share: float = setting(0.0, "share of a target that is these")
    exclude: str = setting("", "CSV FILE whose column index names Training faces to leave out, from 0")
    teachers: tuple[str, ...] = setting((), ".keras FILES whose flip-averaged answers are part of the target")
    distil_share: float = setting(0.7, "share of the loss that is the teachers'")
    distil_temperature: float = setting(3.0, "softens the teachers' answers; 1 leaves them")
    views: str = setting("", "FOLDER of training.views: faces varied and answered in advance, shown instead of others")
    views_share: float = setting(0.0, "share of a target that is the teachers' answer to the view")
    seed: int = setting(2013, "of weights, order and augmentation")
    stem: int = setting(16, "channels at 48 x 48 of emotion_net and inverted_net")
    widths: tuple[int, ...] = setting((28, 56, 128), "channels after each halving of the two")
    blocks: tuple[int, ...] = setting((1, 2, 2), "residual blocks after each halving of the two")
    expansion: int = setting(4, "how many times as wide inverted_net's blocks are inside")
    dropout: float = setting(0.3, "share of features dropped before the last layer")
    sides: tuple[int, ...] = setting((48,), "sides in px of the faces over equal parts of the run; small is quick")
    augmentation: Augmentation = dataclasses.field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if field.metadata.get("choices"):
                require_known(field.name, getattr(self, field.name), field.metadata["choices"])
        self._require(lambda value: value > 0, "must be positive", POSITIVE)
        self._require(lambda value: value >= 0, "must not be negative", NOT_NEGATIVE)
        self._require(lambda value: 0 <= value < 1, "must be at least 0 and less than 1", BELOW_ONE)
        self._require(lambda value: 0 <= value <= 1, "must be from 0 to 1", SHARES)
        if len(self.widths) != len(self.blocks):
            raise ValueError(f"widths and blocks need the same length, got {self.widths} and {self.blocks}")
        if not all(value > 0 for value in (*self.widths, *self.blocks)):
            raise ValueError(f"widths and blocks must be positive, got {self.widths} and {self.blocks}")
        if self.freeze_epochs >= self.epochs:
            raise ValueError(f"freeze_epochs must be fewer than the {self.epochs} epochs, got {self.freeze_epochs}")
        if self.weights != "none" and self.network != "resnet50":
            raise ValueError(f"weights {self.weights} are resnet50's, and {self.network} has none")
        if any(side <= 0 or side % SIDE_STEP for side in self.sides) or self.sides[-1:] != (FACE_SIZE,):
            raise ValueError(f"sides must be multiples of {SIDE_STEP} that end with {FACE_SIZE}, got {self.sides}")
        for name, file, share in (
            ("ferplus", self.ferplus, self.ferplus_share),
            ("soft_targets", self.soft_targets, self.soft_share),
            ("views", self.views, self.views_share),
        ):
            if bool(file) != (share > 0):
                raise ValueError(f"{name} and its share go together, got file {file!r} and share {share}")
        if self.views and (self.exclude or set(self.sides) != {FACE_SIZE}):
            raise ValueError(f"views have every Training face at {FACE_SIZE} px: leave out exclude and sides")
        if self.ferplus_share + self.soft_share > 1:
            raise ValueError(
                f"the shares of a target are more than 1: {self.ferplus_share} of votes, {self.soft_share} soft"
            )

    def _require(self, holds: Callable[[Any], bool], what: str, names: tuple[str, ...]) -> None:
        for name in names:
            if not holds(getattr(self, name)):
                raise ValueError(f"{name} {what}, got {getattr(self, name)}")

    def heeds(self, name: str) -> bool:
        """Whether this run has a use for the setting `name`."""
        if name in OF_TEACHERS:
            return bool(self.teachers)
        return name not in HEEDED_BY or self.network in HEEDED_BY[name]

    def unheeded(self) -> list[str]:
        """The settings that were changed and yet change nothing about this run."""
        changed = (
            f.name for f in dataclasses.fields(self) if "help" in f.metadata and getattr(self, f.name) != f.default
        )
        return [name for name in changed if not self.heeds(name)]

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

"""Settings to sweep over, as the command line has them: `batch_size=32,64`, `dropout=0.1..0.5`."""

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from training.choices import require_known
from training.config import TrainConfig

BETWEEN_VALUES = ","
BETWEEN_BOUNDS = ".."
INSIDE_A_VALUE = ":"
DECADE = 10.0

DEFAULTS = {field.name: field.default for field in dataclasses.fields(TrainConfig) if "help" in field.metadata}


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """A setting with the values that it takes, in the order given."""

    name: str
    values: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.name}={BETWEEN_VALUES.join(map(text_of, self.values))}"

    @property
    def extremes(self) -> tuple[Any, ...]:
        """The values that must make sense for all to do so."""
        return self.values


@dataclasses.dataclass(frozen=True, slots=True)
class Ranged:
    """A setting that takes any number, of the bounds' type, from `low` to `high`, both included."""

    name: str
    low: int | float
    high: int | float

    def __str__(self) -> str:
        return f"{self.name}={self.low}{BETWEEN_BOUNDS}{self.high}"

    @property
    def logarithmic(self) -> bool:
        """Whether a factor counts, not a difference: where the bounds are a decade or more apart."""
        return self.low > 0 and self.high / self.low >= DECADE

    @property
    def extremes(self) -> tuple[Any, ...]:
        """The values that must make sense for all to do so."""
        return self.low, self.high


Swept = Listed | Ranged


def read_space(texts: Sequence[str]) -> list[Swept]:
    """What `--over` was given.

    Raises:
        ValueError: an unknown setting or one named twice, a value of another type, or nothing to sweep over.
    """
    space = [read_swept(text) for text in texts]
    if not space:
        raise ValueError("nothing to sweep: name settings with --over, such as --over batch_size=64,128")
    names = [swept.name for swept in space]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"--over names {name} twice: write all its values as one list")
    if all(isinstance(swept, Listed) and len(swept.values) == 1 for swept in space):
        raise ValueError(f"nothing to sweep: {', '.join(names)} with one value each are one run of training.train")
    return space


def read_swept(text: str) -> Swept:
    """One setting, `NAME=VALUE,VALUE` or `NAME=LOW..HIGH`; see `read_space`."""
    name, equals, values = text.partition("=")
    if not equals:
        raise ValueError(f"--over expects SETTING=VALUE,VALUE or SETTING=LOW..HIGH, got {text!r}")
    name = name.strip().replace("-", "_")
    default = DEFAULTS[require_known("setting", name, DEFAULTS)]
    low, dots, high = values.partition(BETWEEN_BOUNDS)
    if dots and isinstance(default, int | float):
        bounds = Ranged(name, read_value(name, low, default), read_value(name, high, default))
        if bounds.low >= bounds.high:
            raise ValueError(f"{name} needs a range from a lower to a higher value, got {values}")
        return bounds
    read = tuple(read_value(name, value, default) for value in values.split(BETWEEN_VALUES))
    for value in read:
        if read.count(value) > 1:
            raise ValueError(f"{name} has the value {text_of(value)} twice")
    return Listed(name, read)


def read_value(name: str, text: str, default: Any) -> Any:
    """One value of the type that the setting's `default` has; the parts of a tuple stand between colons."""
    text = text.strip()
    if not text:
        raise ValueError(f"{name} has an empty value: write the values as {name}=A,B without gaps")
    if isinstance(default, tuple):
        return tuple(read_value(name, part, (*default, "")[0]) for part in text.split(INSIDE_A_VALUE))
    kind = type(default)
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} takes {'whole numbers' if kind is int else 'numbers'}, got {text!r}")
    return value


def text_of(value: Any) -> str:
    """A value as `read_value` reads it."""
    return INSIDE_A_VALUE.join(map(str, value)) if isinstance(value, tuple) else str(value)


def describe(settings: Mapping[str, Any]) -> str:
    """Settings with their values, in one line."""
    return ", ".join(f"{name}={text_of(value)}" for name, value in settings.items())


def with_point(config: TrainConfig, settings: Mapping[str, Any]) -> TrainConfig:
    """`config` with a point's settings; `ValueError` names the point where they make no sense."""
    try:
        return dataclasses.replace(config, **settings)
    except ValueError as error:
        raise ValueError(f"{describe(settings)}: {error}") from None


def corners(space: Sequence[Swept]) -> list[dict[str, Any]]:
    """Every combination of the settings' extremes; of lists alone, the whole grid, the last setting changing first."""
    names = [swept.name for swept in space]
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*(s.extremes for s in space))]

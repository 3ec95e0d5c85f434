"""The settings of a run as command-line options, one for each that `TrainConfig` describes."""

import argparse
import dataclasses
from typing import Any

from training.config import TrainConfig


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add an option for every described setting; what is not given stays out of the parsed namespace."""
    group = parser.add_argument_group("settings of the run", "kept in the run's config.json and in the model card")
    for field in dataclasses.fields(TrainConfig):
        if "help" not in field.metadata:
            continue
        default: Any = field.default
        several = isinstance(default, tuple)
        first = default[0] if several else default
        shown = " ".join(map(str, default)) if several else default
        group.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=type(first),
            nargs="+" if several else None,
            default=argparse.SUPPRESS,
            metavar="N" if isinstance(first, int) else "X",
            help=f"{field.metadata['help']} (default: {shown})",
        )


def with_settings(config: TrainConfig, arguments: argparse.Namespace) -> TrainConfig:
    """`config` with the settings that the command line gave; `ValueError` names one that makes no sense."""
    given: dict[str, Any] = {
        field.name: tuple(value) if isinstance(value, list) else value
        for field in dataclasses.fields(TrainConfig)
        if (value := getattr(arguments, field.name, None)) is not None
    }
    return dataclasses.replace(config, **given)

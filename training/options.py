"""The settings of a run as command-line options, one for each that `TrainConfig` describes."""

import argparse
import dataclasses
import sys
from typing import Any

from training.config import OF_TEACHERS, TrainConfig
from training.presets import load_preset, preset_names


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add an option for every described setting; what is not given stays out of the parsed namespace."""
    group = parser.add_argument_group("settings of the run", "kept in the run's config.json and in the model card")
    group.add_argument(
        "--preset",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help=f"a file of settings, which the options here override: {', '.join(preset_names())}",
    )
    for field in dataclasses.fields(TrainConfig):
        if "help" not in field.metadata:
            continue
        default: Any = field.default
        several = isinstance(default, tuple)
        first = (*default, "")[0] if several else default
        choices = field.metadata["choices"]
        shown = (" ".join(map(str, default)) if several else default) or ("0" if default == 0 else "none")
        group.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=type(first),
            nargs="+" if several else None,
            default=argparse.SUPPRESS,
            metavar=metavar(first, bool(choices)),
            help=f"{field.metadata['help']}{': ' + ', '.join(choices) if choices else ''} (default: {shown})",
        )


def metavar(value: object, is_name: bool) -> str:
    """What stands for a value in the help: N a whole number, X any number, NAME or FILE a word."""
    if is_name:
        return "NAME"
    return {int: "N", float: "X", str: "FILE"}[type(value)]


def with_settings(config: TrainConfig, arguments: argparse.Namespace) -> TrainConfig:
    """`config` with the preset that the command line names, if it does, and on top of that the settings it gives.

    Raises:
        ValueError: a setting that makes no sense, or an unknown preset.
    """
    preset = getattr(arguments, "preset", None)
    given: dict[str, Any] = {
        field.name: tuple(value) if isinstance(value, list) else value
        for field in dataclasses.fields(TrainConfig)
        if (value := getattr(arguments, field.name, None)) is not None
    }
    return dataclasses.replace(config, **({} if preset is None else load_preset(preset)) | given)


def warn_of_unheeded(program: str, config: TrainConfig) -> None:
    """Say on stderr which of the settings given change nothing, so that nobody believes they did."""
    for name in config.unheeded():
        lacking = "a run without teachers" if name in OF_TEACHERS else config.network
        print(f"{program}: {lacking} has no use for {name}: it changes nothing", file=sys.stderr)

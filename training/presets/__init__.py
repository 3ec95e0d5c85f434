"""Settings that belong together, a TOML file each: `python -m training.train --preset NAME`."""

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

from training.augmentation import Augmentation
from training.choices import require_known
from training.config import TrainConfig

FOLDER = Path(__file__).parent


def preset_names(folder: Path = FOLDER) -> list[str]:
    """The names of the files in `folder`."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load_preset(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """The settings in the file `name`, as `TrainConfig` has them; the table `[augmentation]` is the whole of it.

    Raises:
        ValueError: no such file, or one with something else than settings in it.
    """
    path = folder / f"{require_known('preset', name, preset_names(folder))}.toml"
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        if "augmentation" in settings:
            settings["augmentation"] = Augmentation(**settings["augmentation"])
        settings = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
        dataclasses.replace(TrainConfig(), **settings)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is not a preset: {error}") from None
    return settings

"""What the Dockerfile and the Compose file say, for tests that run the same."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

REPOSITORY = Path(__file__).resolve().parents[1]
NOT_SET = ("LOCALAPPDATA", "XDG_DATA_HOME", "INFO", "EU")
"""Words in the settings' text that no operator sets: two of an operating system, and two values."""


def yaml_of(name: str) -> dict[str, Any]:
    """A YAML file of the repository."""
    return YAML(typ="safe").load((REPOSITORY / name).read_text(encoding="utf-8"))


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with Compose's `${NAME}`, `${NAME:-}` and `${NAME:?words}` replaced; `KeyError` for a name not given."""
    return re.sub(r"\$\{([A-Z_]+)(?::(?:-|\?[^}]*))?\}", lambda match: values[match[1]], text)


def dockerfile_lines(keyword: str) -> list[str]:
    """What follows `keyword` in the Dockerfile, each with its continued lines as one."""
    text = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.removeprefix(keyword).strip() for line in text.splitlines() if line.startswith(keyword + " ")]


def dockerfile_command() -> list[str]:
    """The image's command."""
    (command,) = dockerfile_lines("CMD")
    return json.loads(command)


def variables() -> set[str]:
    """The variables that the app's settings read."""
    text = (REPOSITORY / "emotion" / "settings.py").read_text(encoding="utf-8")
    return {name for name in re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', text) if name not in NOT_SET}

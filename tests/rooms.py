"""The rooms of the house: which modules docs/architecture.md puts together, and which rooms import which.

`python -m tests.rooms` prints the arrows for the page's picture.
"""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = REPOSITORY / "docs" / "architecture.md"

Arrows = set[tuple[str, str]]


def rooms() -> dict[str, list[str]]:
    """Room -> patterns of its files, in the order of the page's table, the highest first."""
    rows = re.findall(r"^\| \*\*(\w+)\*\* \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {room: re.findall(r"`([^`]+)`", files) for room, files in rows}


def drawn_arrows() -> Arrows:
    """The arrows of the page's picture."""
    return set(re.findall(r"^ +(\w+) --> (\w+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))


def sources() -> list[Path]:
    """Every Python file of the product and the training."""
    below = [path for folder in ("emotion", "training") for path in sorted((REPOSITORY / folder).rglob("*.py"))]
    return [REPOSITORY / "app.py", *below]


def rooms_of(path: Path) -> list[str]:
    """The rooms whose patterns fit this file; one, where the page is right."""
    name = path.relative_to(REPOSITORY).as_posix()
    return [room for room, patterns in rooms().items() if any(fnmatchcase(name, pattern) for pattern in patterns)]


def imported(path: Path) -> Iterator[Path]:
    """Files of ours that this file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (file for name in names if (file := _file(name) or _file(node.module)))
        elif isinstance(node, ast.Import):
            yield from (file for alias in node.names if (file := _file(alias.name)))


def _file(module: str) -> Path | None:
    base = REPOSITORY / module.replace(".", "/")
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def arrows() -> Arrows:
    """Room -> room for every import between two rooms, without arrows that follow from others."""
    found: Arrows = set()
    for path in sources():
        for other in imported(path):
            found |= {(a, b) for a in rooms_of(path) for b in rooms_of(other) if a != b}
    return {(a, b) for a, b in found if not any((a, c) in found and reaches(found, c, b) for c in rooms() if c != b)}


def reaches(found: Arrows, start: str, end: str) -> bool:
    """Whether arrows lead from `start` to `end`."""
    seen, todo = set(), [start]
    while todo:
        here = todo.pop()
        if here == end:
            return True
        if here not in seen:
            seen.add(here)
            todo += [b for a, b in found if a == here]
    return False


if __name__ == "__main__":
    for one, other in sorted(arrows()):
        print(f"    {one} --> {other}")

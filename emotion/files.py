"""Files that are whole or absent: written aside, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; on success it takes `path`'s place, on failure it is removed.

    The suffixes stay (Keras chooses its format by them), and an older `path` stays whole until the new one is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".writing-{os.getpid()}-{path.name}")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text as one whole file."""
    with replacing(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes as one whole file."""
    with replacing(path) as aside:
        aside.write_bytes(content)

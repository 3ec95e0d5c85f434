"""The numbers of a lesson that nobody has saved yet, kept for a day in case browser or server fail."""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from emotion.files import write_text
from emotion.lesson import Lesson, Marker, Window

logger = logging.getLogger(__name__)

EXPIRES_S = 24 * 3600.0
HELD_S = 12.0
"""A page that is open says so every five seconds; its draft is offered to nobody else."""
SWEEP_S = 600.0
FORMAT = 1


class DraftKeeper:
    """Drafts by the random key of a page, a file each in `folder`; any thread may call.

    A file is whole or absent, holds windows and markers only, and is removed once it is a day old: at the next start
    at the latest. With `folder` `None` no draft is kept. `clock` counts seconds in this process, `today` since 1970,
    as files do.
    """

    def __init__(
        self,
        folder: Path | None,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._today = today
        self._lock = threading.Lock()
        self._held: dict[str, float] = {}
        self._swept = clock()
        self._sweep()

    @property
    def keeps(self) -> bool:
        """Whether drafts are kept at all."""
        return self._folder is not None

    def keep(self, key: str, lesson: Lesson) -> None:
        """Write the lesson so far in place of what was kept under `key`.

        Raises:
            OSError: it cannot be written, as when the disk is full; the older draft is whole then.
        """
        if self._folder is None:
            return
        self.hold(key)
        with self._lock:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_text(self._file(self._folder, key), json.dumps(to_json(lesson)))
            due = self._clock() - self._swept > SWEEP_S
        if due:
            self._sweep()

    def hold(self, key: str) -> None:
        """Say that the page of this key is open; to be repeated every few seconds."""
        with self._lock:
            now = self._clock()
            self._held = {k: at for k, at in self._held.items() if now - at < HELD_S} | {key: now}

    def find(self, key: str) -> Lesson | None:
        """What was kept under `key`, less than a day ago and by a page that is no longer open; else `None`."""
        if self._folder is None or self._clock() - self._held.get(key, float("-inf")) < HELD_S:
            return None
        file = self._file(self._folder, key)
        with self._lock:
            if not self._fresh(file):
                return None
            try:
                return from_json(json.loads(file.read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError, TypeError):
                logger.exception("a draft cannot be read and is removed")
                file.unlink(missing_ok=True)
                return None

    def discard(self, key: str) -> None:
        """Remove what was kept under `key`; nothing if there is none."""
        if self._folder is None:
            return
        with self._lock:
            self._held.pop(key, None)
            self._file(self._folder, key).unlink(missing_ok=True)

    def _file(self, folder: Path, key: str) -> Path:
        """Named by the key's hash: the key comes out of an address, and the folder's list does not tell it."""
        return folder / f"{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}.json"

    def _fresh(self, file: Path) -> bool:
        try:
            return self._today() - file.stat().st_mtime < EXPIRES_S
        except FileNotFoundError:
            return False

    def _sweep(self) -> None:
        """Remove what has expired, and what a killed writer left."""
        if self._folder is None or not self._folder.is_dir():
            return
        with self._lock:
            self._swept = self._clock()
            for file in self._folder.glob("*.json"):
                old = not self._fresh(file)
                if old or (file.name.startswith(".") and self._today() - file.stat().st_mtime > SWEEP_S):
                    file.unlink(missing_ok=True)


def to_json(lesson: Lesson) -> dict[str, Any]:
    """A lesson in full precision, times in ISO 8601 with their zone."""
    return {
        "format": FORMAT,
        "title": lesson.title,
        "started": lesson.started.isoformat(),
        "ended": lesson.ended.isoformat() if lesson.ended else None,
        "source": lesson.source,
        "model": lesson.model,
        "windows": [
            [w.start_s, [*w.shares], w.unsure, w.faces_seen, w.faces_readable, w.model] for w in lesson.windows
        ],
        "markers": [[marker.at_s, marker.text] for marker in lesson.markers],
    }


def from_json(told: dict[str, Any]) -> Lesson:
    """The lesson that `to_json` wrote.

    Raises:
        ValueError, KeyError, TypeError: it did not.
    """
    if told["format"] != FORMAT:
        raise ValueError(f"expected a draft of format {FORMAT}, got {told['format']!r}")
    return Lesson(
        told["title"],
        datetime.fromisoformat(told["started"]),
        datetime.fromisoformat(told["ended"]) if told["ended"] else None,
        told["source"],
        told["model"],
        tuple(Window(start, tuple(shares), *rest) for start, shares, *rest in told["windows"]),
        tuple(Marker(at, text) for at, text in told["markers"]),
    )

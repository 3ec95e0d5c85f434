"""A machine that is short of time shows fewer pictures of a stream, not older ones."""

import asyncio
import functools
from collections import deque
from typing import Any

from aiortc.rtcrtpreceiver import RemoteStreamTrack

MOST_WAITING = 4
"""Decoded frames of a stream: a quarter of a second, so that a hiccup costs none."""


class NewestFrames(asyncio.Queue[Any]):
    """Holds at most `MOST_WAITING`; whoever puts one more loses the oldest."""

    def _init(self, maxsize: int) -> None:
        self._queue: deque[Any] = deque(maxlen=MOST_WAITING)


@functools.cache
def keep_newest_only() -> None:
    """Let videos that browsers send from now on wait so; the first call of a process does it.

    aiortc keeps every decoded frame until it is asked for, and is asked once for each picture that goes back. Where
    those are fewer than come in, as under load, memory and delay grew without an end: by 260 MB in a minute.
    """
    begin = RemoteStreamTrack.__init__

    def begin_with_newest(self: RemoteStreamTrack, kind: str, id: str | None = None) -> None:
        begin(self, kind, id)
        if kind == "video":
            self._queue = NewestFrames()

    RemoteStreamTrack.__init__ = begin_with_newest  # type: ignore[method-assign]

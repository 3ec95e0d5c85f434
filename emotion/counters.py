"""A stream's counters: frames, failures, pace; written by the stream's thread, read by the page's."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from emotion.pace import Pace, PaceMeter

SILENT_AFTER_S = 3.0
"""A playing stream without a frame for this long is called silent."""


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """A stream's counters at one moment; `last_frame_s` is the newest frame's age, `None` before the first.

    `size` is the newest picture's width and height in pixels, `largest` that of the largest since the start; browsers
    send smaller ones when their processor or the network is short.
    """

    frames: int
    failures: int
    last_failure: str
    last_frame_s: float | None
    age_s: float
    pace: Pace = field(default_factory=Pace)
    lasting: frozenset[int] = frozenset()
    size: tuple[int, int] | None = None
    largest: tuple[int, int] | None = None

    @property
    def reduced(self) -> bool:
        """Whether the browser sends pictures of less than half the height that it sent before."""
        return self.size is not None and self.largest is not None and 2 * self.size[1] < self.largest[1] + 1

    @property
    def silent(self) -> bool:
        """Whether no frame came for `SILENT_AFTER_S`, counted from the start until the first one came."""
        waited = self.age_s if self.last_frame_s is None else self.last_frame_s
        return waited > SILENT_AFTER_S


class StreamCounters:
    """Counts one stream's frames; locked. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.restart()

    def restart(self) -> None:
        """Begin anew, all counters at zero."""
        with self._lock:
            self._began = self._clock()
            self._frames = 0
            self._failures = 0
            self._last_failure = ""
            self._last_frame: float | None = None
            self._pace = PaceMeter()
            self._lasting: frozenset[int] = frozenset()
            self._size: tuple[int, int] | None = None
            self._largest: tuple[int, int] | None = None

    def note_frame(
        self, stamp_s: float | None, arrived: float, size: tuple[int, int], lasting: frozenset[int] = frozenset()
    ) -> None:
        """Count a frame that was analysed; `stamp_s` is its own time stamp, of any clock, `None` for none.

        `size` is its width and height in pixels.
        """
        with self._lock:
            self._frames += 1
            self._lasting = lasting
            self._size = size
            self._largest = max(size, self._largest or size, key=lambda size: size[1])
            self._last_frame = self._clock()
            self._pace.note(stamp_s, arrived, self._last_frame)

    def note_failure(self, error: Exception, logger: logging.Logger) -> None:
        """Count a frame that could not be analysed; log the first in full, later ones of a row by number."""
        with self._lock:
            self._failures += 1
            count = self._failures
            self._last_failure = f"{type(error).__name__}: {error}"
            self._last_frame = self._clock()  # the camera does deliver; it is the analysis that fails
        if count == 1:
            logger.error("a frame could not be analysed; the stream goes on", exc_info=error)
        elif count & (count - 1) == 0:  # 2, 4, 8, ...: thirty tracebacks a second would fill a log
            logger.error("%d frames could not be analysed, the last one: %r", count, error)

    def status(self) -> StreamStatus:
        """The counters now."""
        with self._lock:
            now = self._clock()
            last_frame_s = None if self._last_frame is None else now - self._last_frame
            return StreamStatus(
                self._frames,
                self._failures,
                self._last_failure,
                last_frame_s,
                now - self._began,
                self._pace.pace(now),
                self._lasting,
                self._size,
                self._largest,
            )

"""How fast a stream is analysed, and how late its pictures are."""

import statistics
from collections import deque
from dataclasses import dataclass

WINDOW_S = 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Over the last seconds: analysed frames per second, and the median time from frame in to drawn frame out.

    Both `None` before the first frames.
    """

    frames_per_s: float | None = None
    delay_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Passage:
    done_at: float
    late_by: float
    took: float


class PaceMeter:
    """Counts frames on their way through; one thread at a time.

    A frame may wait before its turn while the one before is analysed. That time is told by its time stamp: the frame
    that came through quickest, measured from its stamp, had not waited, and others waited by as much as they are later.
    """

    def __init__(self) -> None:
        self._passages: deque[_Passage] = deque()

    def note(self, stamp_s: float | None, arrived_at: float, done_at: float) -> None:
        """A frame with the time stamp `stamp_s` (of any clock, `None` for none) was worked on between two moments."""
        late_by = 0.0 if stamp_s is None else arrived_at - stamp_s
        self._passages.append(_Passage(done_at, late_by, done_at - arrived_at))
        self._forget(done_at)

    def pace(self, now: float) -> Pace:
        """The pace at `now`."""
        self._forget(now)
        if len(self._passages) < 2:
            return Pace()
        span = max(now - self._passages[0].done_at, 1e-6)
        quickest = min(passage.late_by for passage in self._passages)
        delays = (passage.late_by - quickest + passage.took for passage in self._passages)
        return Pace((len(self._passages) - 1) / span, statistics.median(delays))

    def _forget(self, now: float) -> None:
        while self._passages and now - self._passages[0].done_at > WINDOW_S:
            self._passages.popleft()

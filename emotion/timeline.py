"""The mood of all faces over time: aggregates only, no face is kept."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emotion.faces import Face
from emotion.labels import EMOTIONS, Emotion


@dataclass(frozen=True, slots=True)
class Mood:
    """What a window of frames shows together.

    `faces`, `readable` and `unsure` are counts in the newest frame: all faces, those without an obstacle, and those
    that name no expression. `shares` are the mean calibrated probability of each emotion over all readable faces of the
    window (soft votes), summing to 1, or empty when there was none.
    """

    faces: int
    readable: int
    unsure: int
    shares: Mapping[Emotion, float]


@dataclass(frozen=True, slots=True)
class _Frame:
    at: float
    faces: int
    readable: int
    unsure: int
    scores: np.ndarray  # float64 (7,), the sum over the frame's faces


class MoodTimeline:
    """Collects frames from a stream's thread and answers the page's; locked, and bounded by `keep_s` seconds."""

    def __init__(self, keep_s: float = 10.0, most_frames: int = 600) -> None:
        self._keep_s = keep_s
        self._frames: deque[_Frame] = deque(maxlen=most_frames)
        self._lock = threading.Lock()

    def record(self, faces: Sequence[Face], at: float) -> None:
        """Add one frame's faces, seen at `at` seconds of a monotonic clock."""
        readable = [[*face.scores.values()] for face in faces if face.obstacle is None]
        scores = np.array(readable, float).reshape(-1, len(EMOTIONS)).sum(axis=0)
        frame = _Frame(at, len(faces), len(readable), sum(face.emotion is None for face in faces), scores)
        with self._lock:
            self._frames.append(frame)
            while at - self._frames[0].at > self._keep_s:
                self._frames.popleft()

    def mood(self, now: float, window_s: float = 3.0) -> Mood:
        """The mood of the last `window_s` seconds before `now`."""
        with self._lock:
            recent = [frame for frame in self._frames if now - frame.at <= window_s]
        total = sum((frame.scores for frame in recent), np.zeros(len(EMOTIONS)))
        if not recent:
            return Mood(0, 0, 0, {})
        shares = dict(zip(EMOTIONS, (float(s) for s in total / total.sum()), strict=True)) if total.sum() else {}
        return Mood(recent[-1].faces, recent[-1].readable, recent[-1].unsure, shares)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._frames.clear()

"""Calm numbers and labels: each face's scores averaged over time, quick to follow a true change.

No single time constant does both. Under a detector's jitter our network's answer for a still face varies by about
0.5 in each logit from frame to frame: averaging that until labels rest takes seconds, and a smile must show within
0.7 s. So the average is a long one, and starts anew when the face says something else.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotion.faces import Scores
from emotion.labels import EMOTIONS

TIME_CONSTANT_S = 2.0
"""Memory of the average over a face that does not change.

Chosen by simulation (`tests/emotion/test_smoothing.py`): with 1.5 s a third more faces change their label twice in
10 s, and changes too small to start anew (see `CHANGE`) should not take longer than this.
"""

RECENT_S = 0.3
"""Memory of the average that notices a change: at 8 frames a second it takes two frames, so that one blink is none."""

CHANGE = 0.35
"""How much probability must have moved, in the recent average against the long one, to be a new expression."""

HOLD = 0.15
"""The most that a shown probability is raised above the measured one to keep a label."""

_NONE = -1
_Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Memory:
    """What is known of one face; `label` is an index into `EMOTIONS`, or -1 for none claimed."""

    long: _Rows  # (7,)
    recent: _Rows  # (7,)
    age_s: float  # how much time `long` holds, up to the time constant
    at: float
    label: int
    shown: Scores  # (7,)


class ScoreSmoother:
    """Smooths the scores of numbered faces; their numbers come from a `FaceTracker`. Not thread-safe.

    `unsure_below` is the model card's threshold: without it a face near it would flicker between its label and
    "unsure".
    """

    def __init__(self, time_constant_s: float = TIME_CONSTANT_S, unsure_below: float = 0.0) -> None:
        if time_constant_s <= 0:
            raise ValueError(f"time_constant_s must be more than 0 seconds, got {time_constant_s}")
        self._time_constant_s = time_constant_s
        self._unsure_below = unsure_below
        self._memories: dict[int, _Memory] = {}

    def smooth(self, ids: Sequence[int], scores: Scores, at: float) -> Scores:
        """Smoothed scores (n, 7) of the faces `ids`, whose raw ones came `at` seconds of a monotonic clock.

        A face's first scores are taken as they are. Then new ones weigh 1 - exp(-dt / age), where dt is the time
        since its last ones and age the time averaged so far, at most the time constant: a plain mean first, an
        exponential one later.

        Raises:
            ValueError: `scores` is not one row of seven for each of `ids`.
        """
        if scores.shape != (len(ids), len(EMOTIONS)):
            raise ValueError(f"expected scores of shape ({len(ids)}, {len(EMOTIONS)}), got {scores.shape}")
        if not len(ids):
            return np.empty((0, len(EMOTIONS)), np.float32)
        new = scores.astype(float)
        known = [
            self._memories.get(track) or _Memory(row, row, 0.0, at, _NONE, row)
            for track, row in zip(ids, new, strict=True)
        ]
        passed = np.maximum([at - memory.at for memory in known], 0.0)[:, None]
        age = np.minimum(np.array([memory.age_s for memory in known])[:, None] + passed, self._time_constant_s)
        long = _towards(np.array([memory.long for memory in known]), new, passed, age)
        recent = _towards(np.array([memory.recent for memory in known]), new, passed, np.full_like(passed, RECENT_S))

        changed = np.abs(recent - long).sum(axis=1, keepdims=True) / 2 > CHANGE
        long, recent, age = np.where(changed, new, long), np.where(changed, new, recent), np.where(changed, 0.0, age)

        shown, labels = keep_labels(long, np.array([memory.label for memory in known]), self._unsure_below)
        answer = shown.astype(np.float32)
        for row, track in enumerate(ids):
            self._memories[track] = _Memory(
                long[row], recent[row], float(age[row, 0]), at, int(labels[row]), answer[row].copy()
            )
        return answer

    def scores_of(self, track: int) -> Scores | None:
        """A face's last smoothed scores, float32 (7,); `None` when it has none."""
        memory = self._memories.get(track)
        return None if memory is None else memory.shown.copy()

    def keep(self, tracks: Collection[int]) -> None:
        """Forget all faces but these."""
        self._memories = {track: memory for track, memory in self._memories.items() if track in tracks}


def keep_labels(scores: _Rows, labels: npt.NDArray[np.intp], unsure_below: float) -> tuple[_Rows, npt.NDArray[np.intp]]:
    """Scores (n, 7) and labels (n,) to show: those measured, or the nearest that leave a face its label.

    A label (index of an emotion; -1 is none) goes when keeping it would raise its probability by more than `HOLD`.
    Otherwise the row is mixed with just as much certainty as makes it the likeliest and not unsure, so that label,
    number and bar agree. A probability above `unsure_below` is claimed at once.
    """
    rows = np.arange(len(scores))
    own = scores[rows, labels]
    others = scores.copy()
    others[rows, labels] = 0.0
    rival = others.max(axis=1)
    doubt = np.maximum(1 - own, 1e-9)
    share = np.maximum((rival - own) / (doubt + rival), (unsure_below - own) / doubt)
    kept = (labels != _NONE) & (share * doubt <= HOLD)
    share = np.where(kept & (share > 0), np.minimum(share + 1e-5, 1.0), 0.0)[:, None]  # + more than float32 rounds off
    shown = scores + share * (np.eye(len(EMOTIONS))[labels] - scores)
    measured = np.where(scores.max(axis=1) >= unsure_below, scores.argmax(axis=1), _NONE)
    return shown, np.where(kept, labels, measured)


def _towards(average: _Rows, new: _Rows, passed_s: _Rows, memory_s: _Rows) -> _Rows:
    """An exponential average that remembers `memory_s` seconds, `passed_s` seconds after its last update."""
    return average - np.expm1(-passed_s / np.maximum(memory_s, 1e-9)) * (new - average)

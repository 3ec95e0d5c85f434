"""The same face over the frames of one stream: a number that stays with it, and scores that do not flicker."""

from collections.abc import Sequence
from itertools import count

import numpy as np

from emotion.assignment import Gains, best_pairs
from emotion.faces import Box, Scores
from emotion.motion import Motion, Places, to_box, to_places
from emotion.smoothing import TIME_CONSTANT_S, ScoreSmoother

LEAST_REACH = 0.8
"""A face seen in the last frame is looked for at most this far away, in face sizes: people start to move suddenly."""

MOST_REACH = 1.5
"""However long a face was missed, it is not looked for farther away: its neighbour sits there."""

MOST_GROWTH = 2.0
"""A face of more than twice or less than half the size is another one."""


class FaceTracker:
    """Numbers the faces of one stream and smooths their scores.

    Numbers count from 1 within an instance and are never given again, also not after `clear`. Not thread-safe: each
    stream has its own tracker and calls it from one thread. Times are seconds of a monotonic clock; a time before
    the last one counts as no time passed.
    """

    def __init__(
        self, forget_s: float = 1.5, time_constant_s: float = TIME_CONSTANT_S, unsure_below: float = 0.0
    ) -> None:
        """Start without faces.

        `forget_s`: how long a face may be missed and keep its number. `time_constant_s`: see `emotion.smoothing`.
        `unsure_below`: the model card's threshold, so that a face near it does not flicker to "unsure" and back.
        """
        if forget_s < 0:
            raise ValueError(f"forget_s must be at least 0 seconds, got {forget_s}")
        self._forget_s = forget_s
        self._smoother = ScoreSmoother(time_constant_s, unsure_below)
        self._numbers = count(1)
        self.clear()

    def clear(self) -> None:
        """Forget all faces, as after STOP; their numbers are not given again."""
        self._ids = np.empty(0, int)
        self._missed_s = np.empty(0)
        self._motion = Motion()
        self._at: float | None = None
        self._smoother.keep(())

    def assign(self, boxes: Sequence[Box], at: float) -> list[int]:
        """The number of each box's face: a known face's where it was expected, else a new one.

        Known faces are matched to boxes by the highest total of overlap and nearness to where their movement took
        them, less difference in size (Hungarian method, as in SORT; Bewley et al., 2016).
        """
        self._advance(at)
        seen = to_places(boxes)
        pairs = best_pairs(likeness(self._motion.places, seen, self._motion.spread()))
        tracks = np.array([track for track, _ in pairs], int)
        matched = np.array([box for _, box in pairs], int)
        self._motion.correct(tracks, seen[matched])
        self._missed_s[tracks] = 0.0

        numbers = np.zeros(len(seen), int)
        numbers[matched] = self._ids[tracks]
        newcomers = numbers == 0
        numbers[newcomers] = [next(self._numbers) for _ in range(int(newcomers.sum()))]
        self._ids = np.append(self._ids, numbers[newcomers])
        self._missed_s = np.append(self._missed_s, np.zeros(int(newcomers.sum())))
        self._motion.add(seen[newcomers])
        return [int(number) for number in numbers]

    def smooth(self, ids: Sequence[int], scores: Scores, at: float) -> Scores:
        """The smoothed scores, float32 (n, 7), of the faces numbered `ids`; see `ScoreSmoother.smooth`."""
        return self._smoother.smooth(ids, scores, at)

    def scores_of(self, track: int) -> Scores | None:
        """A face's last smoothed scores, float32 (7,); `None` when it has none or was forgotten."""
        return self._smoother.scores_of(track)

    def boxes(self, at: float) -> dict[int, Box]:
        """Where each face should be at that time, those missed for up to `forget_s` included.

        A box may reach over the picture's border.
        """
        passed = self._passed(at)
        places = self._motion.after(passed)
        alive = self._alive(passed)
        return {int(self._ids[row]): to_box(places[row]) for row in np.flatnonzero(alive)}

    def _advance(self, at: float) -> None:
        """Move every face to where it should be by now and forget those missed for too long."""
        passed = self._passed(at)
        alive = self._alive(passed)
        self._ids, self._missed_s = self._ids[alive], self._missed_s[alive] + passed
        self._motion.keep(alive)
        self._motion.advance(passed)
        if not alive.all():
            self._smoother.keep({int(number) for number in self._ids})
        self._at = at

    def _passed(self, at: float) -> float:
        return 0.0 if self._at is None else max(at - self._at, 0.0)

    def _alive(self, passed_s: float) -> np.ndarray:
        return self._missed_s + passed_s <= self._forget_s + 1e-6  # sums of frame times have rounding errors


def likeness(known: Places, seen: Places, spread: np.ndarray) -> Gains:
    """How well each seen face (n, 4) fits each known one (m, 4), as gains (m, n); 0 where it cannot be the same.

    Overlap (intersection over union, 0-1) plus nearness (1 at the same centre, 0 at `MOST_REACH`) less the logarithm
    of the sizes' ratio. A face is not looked for beyond three times its `spread` (m,), within the limits above. Its
    spread counts as distance too: of two faces, the one missed for longer may not take the other's box.
    """
    known_sides, seen_sides = np.maximum(known[:, None, 2:], 1.0), np.maximum(seen[None, :, 2:], 1.0)
    apart = np.abs(known[:, None, :2] - seen[None, :, :2])
    shared = np.clip((known_sides + seen_sides) / 2 - apart, 0.0, np.minimum(known_sides, seen_sides)).prod(axis=2)
    known_area, seen_area = known_sides.prod(axis=2), seen_sides.prod(axis=2)
    overlap = shared / (known_area + seen_area - shared)
    distance = np.hypot(apart[..., 0], apart[..., 1]) / (known_area * seen_area) ** 0.25
    growth = np.abs(np.log(seen_area / known_area)) / 2
    reach = np.clip(3 * spread, LEAST_REACH, MOST_REACH)[:, None]
    gains = overlap + 1 - (distance + spread[:, None]) / MOST_REACH - growth
    return np.where((distance < reach) & (growth < np.log(MOST_GROWTH)), np.maximum(gains, 0.0), 0.0)

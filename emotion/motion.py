"""Where faces are and where they are going: a Kalman filter for each face, all of them in one step of NumPy."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from emotion.faces import Box

Places = npt.NDArray[np.float64]
"""float64 (n, 4): a face's centre x and y, width and height, in pixels."""

JITTER = 0.05
"""Standard deviation of a detector's box around a face that holds still, in face sizes."""

SPEED = 0.7
"""Standard deviation of a face's speed, in face sizes a second."""

SPEED_LASTS_S = 3.0
"""How long a face keeps its speed: a lost face is thought to coast to a stop, not to fly on out of the picture.

These two were chosen by simulation. With 1.0 and 1 s speeds follow the detector's jitter, and of two faces that cross,
one hidden for 0.8 s, every fifth pair swaps numbers; with 0.5 and 4 s a head that rocks at 5 frames a second is lost.
"""


def to_places(boxes: Sequence[Box]) -> Places:
    """Boxes as rows of centre x, centre y, width, height."""
    corners = np.array([(box.x1, box.y1, box.x2, box.y2) for box in boxes], float).reshape(-1, 4)
    return np.hstack([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]])


def to_box(place: Places) -> Box:
    """A row as a box of at least one pixel; it may reach over the picture's border."""
    x, y, width, height = (float(value) for value in place)
    x1, y1 = round(x - width / 2), round(y - height / 2)
    return Box(x1, y1, x1 + max(round(width), 1), y1 + max(round(height), 1))


class Motion:
    """The movement of some faces, row by row; speeds fade like a damped random walk (Ornstein-Uhlenbeck).

    Uncertainty counts in face sizes, so that a near face and a far one move by the same rules, and grows with the
    seconds that passed, so that frames may come as unevenly as they like. Not thread-safe.
    """

    def __init__(self) -> None:
        self.places: Places = np.empty((0, 4))
        self._speeds = np.empty((0, 4))  # pixels a second
        self._variances = np.empty((0, 3))  # of place, of place with speed, of speed; in face sizes and seconds

    def add(self, seen: Places) -> None:
        """Append faces seen for the first time: where they are is known, where they are going is not."""
        self.places = np.vstack([self.places, seen])
        self._speeds = np.vstack([self._speeds, np.zeros_like(seen)])
        self._variances = np.vstack([self._variances, np.tile([JITTER**2, 0.0, SPEED**2], (len(seen), 1))])

    def keep(self, rows: npt.NDArray[np.bool_]) -> None:
        """Drop the rows that are not marked."""
        self.places, self._speeds, self._variances = self.places[rows], self._speeds[rows], self._variances[rows]

    def after(self, seconds: float) -> Places:
        """Where the faces should be in so many seconds (>= 0), if none is seen until then."""
        return self.places + self._speeds * (SPEED_LASTS_S * -np.expm1(-seconds / SPEED_LASTS_S))

    def advance(self, seconds: float) -> None:
        """Let so many seconds (>= 0) pass."""
        self.places = self.after(seconds)
        ratio = seconds / SPEED_LASTS_S
        fade = float(np.exp(-ratio))
        path = SPEED_LASTS_S * (1 - fade)
        place, both, speed = self._variances.T
        self._speeds = self._speeds * fade
        self._variances = np.column_stack(
            [  # the second terms are what chance adds to a damped random walk meanwhile
                place + 2 * path * both + path**2 * speed + (SPEED * SPEED_LASTS_S) ** 2 * _wandered(ratio),
                fade * (both + path * speed) + SPEED**2 * SPEED_LASTS_S * (1 - fade) ** 2,
                fade**2 * speed + SPEED**2 * (1 - fade**2),
            ]
        )

    def correct(self, rows: npt.NDArray[np.intp], seen: Places) -> None:
        """Take in where the detector saw the faces of `rows` now."""
        place, both, speed = self._variances[rows].T
        trust, push = place / (place + JITTER**2), both / (place + JITTER**2)
        error = seen - self.places[rows]
        self.places[rows] += trust[:, None] * error
        self._speeds[rows] += push[:, None] * error
        self._variances[rows] = np.column_stack([(1 - trust) * place, (1 - trust) * both, speed - push * both])

    def spread(self) -> npt.NDArray[np.float64]:
        """How far from `places` the detector may see each face: standard deviation (n,), in face sizes."""
        return np.sqrt(self._variances[:, 0] + JITTER**2)


def _wandered(ratio: float) -> float:
    """Variance of the way made by a damped random walk of speed 1 in `ratio` time constants, >= 0.

    The closed form loses all its digits for small ratios; there, it is the first term of its series.
    """
    if ratio < 1e-3:
        return 2 / 3 * ratio**3
    return float(2 * ratio - 3 + 4 * np.exp(-ratio) - np.exp(-2 * ratio))

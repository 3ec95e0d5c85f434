"""A lesson in numbers: what all sources make, the page shows, the store keeps and reports tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from emotion.faces import Face
from emotion.labels import EMOTIONS

WINDOW_S = 5.0
"""Length of one row of a lesson, in seconds."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a class showed for `WINDOW_S` seconds from `start_s` on, counted from the lesson's start.

    `shares` are soft votes: the mean calibrated probability of each of the seven emotions, in the order of `EMOTIONS`,
    over the readable faces; they sum to 1, or are empty where no face was readable. `unsure` is the share (0-1) of the
    faces seen that name no expression. `faces_seen` and `faces_readable` are means over the window's pictures.
    `model` is the card's name of the network that read them; empty stands for the lesson's.
    """

    start_s: float
    shares: tuple[float, ...]
    unsure: float
    faces_seen: float
    faces_readable: float
    model: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """A teacher's own word, `at_s` seconds after the lesson's start."""

    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: aggregates only, no picture, no face, nothing of a person.

    `started` and `ended` know their time zone; `ended` is `None` while it goes on. `source` is where pictures came
    from: camera, screen, recording or room. `model` is the card's name of the network that read them. Windows ascend;
    one in which no picture came is missing.
    """

    title: str
    started: datetime
    ended: datetime | None
    source: str
    model: str
    windows: tuple[Window, ...] = ()
    markers: tuple[Marker, ...] = ()

    @property
    def length_s(self) -> float:
        """Seconds from its start to the end of its last window; 0 without one."""
        return self.windows[-1].start_s + WINDOW_S if self.windows else 0.0


class WindowCounter:
    """Adds up the pictures of one window after the other; one thread at a time. `model` is told with each window."""

    def __init__(self, model: str = "") -> None:
        self._model = model
        self._number = 0
        self._clear()

    def record(self, faces: Sequence[Face], at_s: float) -> Window | None:
        """Count one picture's faces, seen `at_s` seconds after the lesson's start; the window that this one ended.

        Raises:
            ValueError: a time before the window that is being counted.
        """
        number = int(at_s // WINDOW_S)
        if number < self._number:
            raise ValueError(f"pictures must come in order: {at_s:g} s lies before {self._number * WINDOW_S:g} s")
        ended = self.flush() if number > self._number else None
        self._number = number
        readable = [list(face.scores.values()) for face in faces if face.obstacle is None]
        self._pictures += 1
        self._seen += len(faces)
        self._unsure += sum(face.emotion is None for face in faces)
        self._readable += len(readable)
        self._votes += np.array(readable, float).reshape(-1, len(EMOTIONS)).sum(axis=0)
        return ended

    def flush(self) -> Window | None:
        """The window counted so far, as when a lesson ends in its middle; `None` if it has no picture."""
        if not self._pictures:
            return None
        shares = tuple(float(v) for v in self._votes / self._votes.sum()) if self._readable else ()
        window = Window(
            self._number * WINDOW_S,
            shares,
            self._unsure / self._seen if self._seen else 0.0,
            self._seen / self._pictures,
            self._readable / self._pictures,
            self._model,
        )
        self._clear()
        return window

    def _clear(self) -> None:
        self._pictures = self._seen = self._unsure = self._readable = 0
        self._votes = np.zeros(len(EMOTIONS))

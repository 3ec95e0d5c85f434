"""What the API has done since the start, in numbers only: for a page of metrics, without a trace of who asked."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiCounts:
    """The counters at one moment: `answers` by HTTP status, of `predict` only; `busy_s` is time spent analysing.

    `in_hand` requests are being read, waiting or analysed now.
    """

    answers: Mapping[int, int]
    pictures: int
    faces: int
    busy_s: float
    in_hand: int


class ApiCounters:
    """Counts the API's work; locked, as the analysing thread and the server's both write."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: Counter[int] = Counter()
        self._pictures = 0
        self._faces = 0
        self._busy_s = 0.0
        self._in_hand = 0

    def note_entry(self) -> None:
        with self._lock:
            self._in_hand += 1

    def note_exit(self) -> None:
        with self._lock:
            self._in_hand -= 1

    def note_answer(self, status: int) -> None:
        with self._lock:
            self._answers[status] += 1

    def note_picture(self, faces: int, took_s: float) -> None:
        """Count a picture that was analysed in `took_s` seconds."""
        with self._lock:
            self._pictures += 1
            self._faces += faces
            self._busy_s += took_s

    def counts(self) -> ApiCounts:
        """The counters now."""
        with self._lock:
            return ApiCounts(dict(self._answers), self._pictures, self._faces, self._busy_s, self._in_hand)


COUNTERS = ApiCounters()
"""This process's."""

"""Faces that may need a look: whose negative-like expression has lasted. In memory only, by anonymous numbers."""

from collections.abc import Sequence

from emotion.faces import Face
from emotion.mood import MEMBERS, Group

LASTS_S = 20.0
FORGIVEN_S = 2.0
"""A face that is missed, or looks otherwise, for less than this goes on where it was."""


class LastingWatch:
    """Follows faces by their number within a stream (`track_id`); belongs to the thread of the stream."""

    def __init__(self, lasts_s: float = LASTS_S) -> None:
        if lasts_s <= 0:
            raise ValueError(f"lasts_s must be more than 0 seconds, got {lasts_s}")
        self._lasts_s = lasts_s
        self._since: dict[int, float] = {}
        self._last: dict[int, float] = {}

    def look(self, faces: Sequence[Face], at: float) -> frozenset[int]:
        """The numbers of those `faces`, seen at `at` seconds, whose smoothed negative-like expression has lasted."""
        for number in [number for number, last in self._last.items() if at - last > FORGIVEN_S]:
            del self._since[number], self._last[number]
        for face in faces:
            if face.track_id is not None and face.emotion in MEMBERS[Group.NEGATIVE]:
                self._since.setdefault(face.track_id, at)
                self._last[face.track_id] = at
        return frozenset(
            face.track_id
            for face in faces
            if face.track_id is not None and at - self._since.get(face.track_id, at) >= self._lasts_s
        )

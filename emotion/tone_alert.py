"""A question to the teacher when the class's tone changes; seldom, as most changes mean nothing."""

from collections.abc import Sequence

from emotion.lesson import Window
from emotion.mood import tone_change

QUIET_S = 300.0
"""At most one question in this time."""
SHOWN_S = 60.0
CHANGED = 0.2
FEWER = "The class shows fewer smile-like or more negative-like expressions than before. Is this a good moment to ask?"
MORE = "The class shows more smile-like or fewer negative-like expressions than before. What went well?"


class ToneAlert:
    """Decides when to ask, by the windows of one lesson; times are seconds of that lesson."""

    def __init__(self) -> None:
        self._asked_s: float | None = None
        self._question = ""

    def question(self, windows: Sequence[Window], now_s: float) -> str:
        """What to ask at `now_s`, or "". A question stays for `SHOWN_S`."""
        if self._asked_s is not None and now_s < self._asked_s:
            self._asked_s = None  # a new lesson
        if self._asked_s is not None and now_s - self._asked_s < QUIET_S:
            return self._question if now_s - self._asked_s < SHOWN_S else ""
        change = tone_change(windows, now_s)
        if change is None or abs(change) < CHANGED:
            return ""
        self._asked_s, self._question = now_s, FEWER if change < 0 else MORE
        return self._question

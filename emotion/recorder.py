"""The lesson that is going on: its windows and markers, paused and erased by the teacher."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from emotion.faces import Face
from emotion.lesson import Lesson, Marker, Window, WindowCounter

LONGEST_S = 4 * 3600.0
"""A lesson ends by itself after this long, so that a forgotten page does not grow."""
MOST_MARKERS = 200
LONGEST_TEXT = 60


class LessonState(StrEnum):
    """What becomes of the pictures that come in."""

    EMPTY = "empty"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class LessonRecorder:
    """Counts a session's pictures into windows; recorded by a stream's thread, read and steered by the page's.

    The lesson begins with its first picture and goes on over stops, starts and changes of the camera, until it is
    stopped. It keeps numbers only. `today` gives the time of day, with its zone.
    """

    def __init__(self, model: str, source: str = "camera", today: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self.model = model
        self.source = source
        self.title = ""
        self._today = today
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._state = LessonState.EMPTY
        self._counter = WindowCounter(self.model)
        self._windows: list[Window] = []
        self._markers: list[Marker] = []
        self._first_at: float | None = None
        self._last_s = 0.0
        self._started: datetime | None = None
        self._ended: datetime | None = None

    @property
    def state(self) -> LessonState:
        return self._state

    def record(self, faces: Sequence[Face], at: float) -> None:
        """Count one picture's faces, seen at `at` seconds of a monotonic clock; nothing while paused or stopped."""
        with self._lock:
            if self._state is LessonState.EMPTY:
                self._state, self._first_at, self._started = LessonState.RUNNING, at, self._today()
            if self._state is not LessonState.RUNNING or self._first_at is None:
                return
            at_s = max(at - self._first_at, self._last_s)  # two streams that overlap for a moment
            if at_s >= LONGEST_S:
                self._stop()
                return
            self._last_s = at_s
            ended = self._counter.record(faces, at_s)
            if ended is not None:
                self._windows.append(ended)

    def pause(self) -> None:
        """Count no pictures until `resume`; time goes on, and the timeline will have a gap."""
        with self._lock:
            if self._state is LessonState.RUNNING:
                self._state = LessonState.PAUSED

    def resume(self) -> None:
        """Count again."""
        with self._lock:
            if self._state is LessonState.PAUSED:
                self._state = LessonState.RUNNING

    def stop(self) -> None:
        """End the lesson; its numbers stay until they are erased."""
        with self._lock:
            if self._state in {LessonState.RUNNING, LessonState.PAUSED}:
                self._stop()

    def erase(self, wait: bool = False) -> None:
        """Forget everything; the next picture begins a new lesson, with `wait` not before `begin`."""
        with self._lock:
            self.title = ""
            self._begin()
            if wait:
                self._state = LessonState.WAITING

    def begin(self) -> None:
        """Let the next picture begin a lesson, where one is waited for."""
        with self._lock:
            if self._state is LessonState.WAITING:
                self._state = LessonState.EMPTY

    def mark(self, text: str, at: float) -> None:
        """Stamp the teacher's own words on the timeline, at `at` seconds of the clock that pictures come by.

        Raises:
            ValueError: no words, too many of them or of markers, or no lesson to mark.
        """
        words = " ".join(text.split())
        if not words:
            raise ValueError("a marker needs a word")
        if len(words) > LONGEST_TEXT:
            raise ValueError(f"a marker has at most {LONGEST_TEXT} characters, this one has {len(words)}")
        with self._lock:
            if self._first_at is None or self._state is LessonState.STOPPED:
                raise ValueError("there is no lesson to mark: press START first")
            if len(self._markers) >= MOST_MARKERS:
                raise ValueError(f"a lesson has at most {MOST_MARKERS} markers")
            self._markers.append(Marker(max(at - self._first_at, 0.0), words))

    def elapsed_s(self, at: float) -> float:
        """Seconds from the lesson's start to `at`; 0 before it began."""
        with self._lock:
            return 0.0 if self._first_at is None else max(at - self._first_at, 0.0)

    def snapshot(self) -> Lesson:
        """The lesson so far; the window that is being counted is not in it."""
        with self._lock:
            started = self._started or self._today()
            return Lesson(
                self.title, started, self._ended, self.source, self.model, (*self._windows,), (*self._markers,)
            )

    def _stop(self) -> None:
        last = self._counter.flush()
        if last is not None:
            self._windows.append(last)
        self._state, self._ended = LessonState.STOPPED, self._today()

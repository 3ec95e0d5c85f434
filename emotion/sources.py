"""Where pictures come from: what the page asks of every live source, and how a picture of one is analysed."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from emotion.counters import StreamCounters, StreamStatus
from emotion.faces import Face, RGBImage, require_rgb
from emotion.lasting import LastingWatch
from emotion.metrics import METRICS
from emotion.recorder import LessonRecorder
from emotion.timeline import MoodTimeline

logger = logging.getLogger(__name__)

FORGET_WITHIN_S = 1.0
"""How long a page waits for the picture that is being analysed, to have its analyzer forget it."""


class PictureSource(Protocol):
    """A live source as the page sees it. `name` is camera, screen or room; a `recorder` is told of every picture."""

    name: str
    timeline: MoodTimeline
    recorder: LessonRecorder | None

    def now(self) -> float:
        """Seconds on the clock by which pictures are recorded."""
        ...

    def status(self) -> StreamStatus:
        """The counters now."""
        ...


class Analyzer(Protocol):
    """What a source needs of a `StreamAnalyzer`."""

    def analyze(self, image: RGBImage, at: float | None = None) -> list[Face]: ...

    def restart(self) -> None: ...


def forget_faces(analyzer: Analyzer, turn: threading.Lock) -> None:
    """Have `analyzer` forget the last picture's faces, of which it holds pieces, when the one in its `turn` is done."""
    if turn.acquire(timeout=FORGET_WITHIN_S):
        try:
            analyzer.restart()
        finally:
            turn.release()


class RecordedSource:
    """Numbers of pictures that were analysed; recorded by one thread, read by another.

    With `lasting` set, faces whose negative-like expression lasts are numbered (`LastingWatch`). `clock` gives
    monotonic seconds.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.timeline = MoodTimeline()
        self.recorder: LessonRecorder | None = None
        self.lasting = False
        self._clock = clock
        self._counters = StreamCounters(clock)
        self._watch = LastingWatch()

    def now(self) -> float:
        return self._clock()

    def status(self) -> StreamStatus:
        return self._counters.status()

    def restart(self) -> None:
        """Counters at zero, nothing remembered of the pictures before."""
        self._counters.restart()
        self._watch = LastingWatch()
        self.timeline.clear()

    def record(self, faces: list[Face], arrived: float, size: tuple[int, int]) -> None:
        """Record the faces of a picture of `size` (width, height in pixels) that came at `arrived`."""
        self.timeline.record(faces, at=arrived)
        recorder = self.recorder
        if recorder is not None:
            recorder.record(faces, at=arrived)
        lasting = self._watch.look(faces, arrived) if self.lasting else frozenset()
        self._counters.note_frame(None, arrived, size, lasting)

    def failed(self, error: Exception) -> None:
        """Count a picture that could not be analysed."""
        self._counters.note_failure(error, logger)


class AnalysedSource(RecordedSource):
    """Pictures that are handed in one by one, from any thread, one at a time."""

    def __init__(self, name: str, analyzer: Analyzer, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name, clock)
        self._analyzer = analyzer
        self._turn = threading.Lock()
        self._starting = True

    def restart(self) -> None:
        self._starting = True
        forget_faces(self._analyzer, self._turn)
        super().restart()

    def look(self, image: RGBImage) -> list[Face]:
        """Faces of one RGB picture, uint8 (height, width, 3), which are recorded too.

        Raises:
            ValueError: no such picture. Whatever fails is counted and raised.
        """
        with self._turn:
            arrived = self._clock()
            try:
                if self._starting:
                    self._starting = False
                    self._analyzer.restart()  # here, as the analyzer belongs to whoever has the turn
                faces = self._analyzer.analyze(require_rgb(image), at=arrived)
                self.record(faces, arrived, (image.shape[1], image.shape[0]))
            except Exception as error:
                self.failed(error)
                METRICS.note_failure(self.name)
                raise
            METRICS.note_picture(self.name, len(faces), self._clock() - arrived)
            return faces

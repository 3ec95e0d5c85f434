"""A recording analysed on a thread of its own, while a page tells how far it is."""

import io
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from emotion.classifier import EmotionClassifier
from emotion.lesson import Lesson
from emotion.metrics import METRICS
from emotion.pictures import PictureReader, RecordingError
from emotion.recording import Analysed, AnnotatedVideo, Progress, analyse, record_lesson

logger = logging.getLogger(__name__)

MOST_S = 4 * 3600.0
"""Of a recording that a page analyses, as of a live lesson."""
UNWANTED_S = 180.0
"""How long a recording goes on whose page is gone: a moment without network is no reason to stop."""
LOOK_S = 0.5
_turn = threading.Lock()
"""One recording of all pages at a time: each takes what processors there are, and streams go on beside it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a recording: its lesson, the drawn MP4 (empty if none was wanted), and what is wrong with it."""

    lesson: Lesson
    annotated: bytes
    truncated: bool
    cancelled: bool


class RecordingJob:
    """Begins when those before it are done; `waits`, `progress`, `result` and `error` may be read at any time.

    The recording stays in memory. `wanted` is asked now and then: after `UNWANTED_S` of noes it is cancelled.
    """

    def __init__(
        self,
        content: bytes,
        classifier: EmotionClassifier,
        rate: float,
        annotate: bool,
        title: str,
        wanted: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.progress = Progress(0.0, None, None)
        self.waits = True
        self._wanted = wanted
        self._clock = clock
        self._wanted_at = clock()
        self.result: Result | None = None
        self.error = ""
        self._cancelled = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(content, classifier, rate, annotate, title), name="recording", daemon=True
        )
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def cancel(self) -> None:
        """End after the present picture; what there is becomes the result."""
        self._cancelled.set()

    def wait(self, timeout_s: float | None = None) -> None:
        """Until it is done."""
        self._thread.join(timeout_s)

    def _run(self, content: bytes, classifier: EmotionClassifier, rate: float, annotate: bool, title: str) -> None:
        try:
            while not _turn.acquire(timeout=LOOK_S):
                if not self._goes_on():
                    self.error = f"{title}: cancelled before it began"
                    return
            try:
                self.waits = False
                self.result = self._analyse(content, classifier, rate, annotate, title)
            finally:
                _turn.release()
        except RecordingError as error:
            self.error = f"{title}: {error}"
        except Exception as error:
            logger.exception("a recording could not be analysed")
            METRICS.note_failure("recording")
            self.error = f"{title} could not be analysed ({type(error).__name__}: {error})"

    def _analyse(
        self, content: bytes, classifier: EmotionClassifier, rate: float, annotate: bool, title: str
    ) -> Result:
        drawn = io.BytesIO()
        with PictureReader(io.BytesIO(content), rate, MOST_S) as reader:
            pictures = analyse(reader, classifier)
            model = classifier.card.name
            if annotate:
                with AnnotatedVideo(drawn, rate) as film:

                    def seen(analysed: Analysed) -> None:
                        film.add(analysed.picture.image, analysed.faces)

                    lesson = record_lesson(pictures, reader, model, self._told, seen, title)
            else:
                lesson = record_lesson(pictures, reader, model, self._told, title=title)
            cancelled = self._cancelled.is_set()
            return Result(lesson, drawn.getvalue(), reader.truncated and not cancelled, cancelled)

    def _told(self, progress: Progress) -> bool:
        self.progress = progress
        return self._goes_on()

    def _goes_on(self) -> bool:
        now = self._clock()
        if self._wanted():
            self._wanted_at = now
        elif now - self._wanted_at > UNWANTED_S:
            logger.info("a recording is given up, as its page is gone")
            self._cancelled.set()
        return not self._cancelled.is_set()

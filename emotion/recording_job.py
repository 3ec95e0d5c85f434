"""A recording analysed on a thread of its own, while a page tells how far it is."""

import io
import logging
import threading
from dataclasses import dataclass

from emotion.classifier import EmotionClassifier
from emotion.lesson import Lesson
from emotion.metrics import METRICS
from emotion.pictures import PictureReader, RecordingError
from emotion.recording import Analysed, AnnotatedVideo, Progress, analyse, record_lesson

logger = logging.getLogger(__name__)

MOST_S = 4 * 3600.0
"""Of a recording that a page analyses, as of a live lesson."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a recording: its lesson, the drawn MP4 (empty if none was wanted), and what is wrong with it."""

    lesson: Lesson
    annotated: bytes
    truncated: bool
    cancelled: bool


class RecordingJob:
    """Begins at once; `progress`, `result` and `error` may be read at any time. The recording stays in memory."""

    def __init__(self, content: bytes, classifier: EmotionClassifier, rate: float, annotate: bool, title: str) -> None:
        self.progress = Progress(0.0, None, None)
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
            self.result = self._analyse(content, classifier, rate, annotate, title)
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
        return not self._cancelled.is_set()

"""One camera stream: each frame analysed, recorded and drawn on its way through."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import av
from av.video.reformatter import VideoReformatter

from emotion.captions import CaptionLayout
from emotion.drawing import DrawStyle, draw_faces
from emotion.faces import Face, RGBImage, require_rgb
from emotion.memory import give_back
from emotion.pace import Pace, PaceMeter
from emotion.timeline import MoodTimeline

logger = logging.getLogger(__name__)

SILENT_AFTER_S = 3.0
"""A playing stream without a frame for this long is called silent."""

GIVE_BACK_EVERY_S = 1.0
"""Freed memory goes back to the system this often: more often only costs time, more seldom lets it pile up."""


class Analyzer(Protocol):
    """What a stream needs of a `StreamAnalyzer`."""

    def analyze(self, image: RGBImage, at: float | None = None) -> list[Face]: ...

    def restart(self) -> None: ...


@dataclass(frozen=True, slots=True)
class View:
    """How the analysed picture is shown: what is drawn, and whether as in a mirror."""

    style: DrawStyle = DrawStyle.LABELS
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """A stream's counters at one moment; `last_frame_s` is the newest frame's age, `None` before the first."""

    frames: int
    failures: int
    last_failure: str
    last_frame_s: float | None
    age_s: float
    pace: Pace = field(default_factory=Pace)

    @property
    def silent(self) -> bool:
        """Whether no frame came for `SILENT_AFTER_S`, counted from the start until the first one came."""
        waited = self.age_s if self.last_frame_s is None else self.last_frame_s
        return waited > SILENT_AFTER_S


class EmotionVideoTransformer:
    """Analyses and draws a stream's frames; its numbers are read by the page's thread.

    `view` may be set at any time and holds from the next frame on. `clock` gives monotonic seconds.
    """

    def __init__(self, analyzer: Analyzer, clock: Callable[[], float] = time.monotonic) -> None:
        self.timeline = MoodTimeline()
        self.view = View()
        self._analyzer = analyzer
        self._clock = clock
        self._lock = threading.Lock()
        # One for each direction, as it keeps what it worked out for a size; PyAV would do so for every frame.
        self._to_rgb = VideoReformatter()
        self.restart()

    def now(self) -> float:
        """Seconds on the clock by which frames are recorded."""
        return self._clock()

    def restart(self) -> None:
        """Begin anew, as when START is pressed: counters at zero, nothing remembered of the last stream."""
        with self._lock:
            self._began = self._clock()
            self._frames = 0
            self._failures = 0
            self._last_failure = ""
            self._last_frame: float | None = None
            self._pace = PaceMeter()
            self._starting = True
            self._gave_back = self._began
            self._layout = CaptionLayout()
        self.timeline.clear()

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Analyse and draw one camera frame; called on streamlit-webrtc's worker thread, so no `st.*` here."""
        arrived = self._clock()
        try:
            if self._is_starting():
                self._analyzer.restart()  # here, as the analyzer belongs to this thread
            view = self.view
            image = require_rgb(self._to_rgb.reformat(frame, format="rgb24").to_ndarray())
            faces = self._analyzer.analyze(image, at=arrived)
            self.timeline.record(faces, at=arrived)
            drawn = draw_faces(image, faces, style=view.style, mirrored=view.mirrored, layout=self._layout)
            answer = _like(frame, av.VideoFrame.from_ndarray(drawn, format="rgb24"))
        except Exception as error:  # one escaping exception would freeze the whole stream, without a word
            self._note_failure(error)
            return frame
        stamp = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
        with self._lock:
            self._frames += 1
            self._last_frame = self._clock()
            self._pace.note(stamp, arrived, self._last_frame)
            due = arrived - self._gave_back >= GIVE_BACK_EVERY_S
            if due:
                self._gave_back = arrived
        if due:
            give_back()
        return answer

    def _is_starting(self) -> bool:
        """Whether this is the first frame since a restart; true once."""
        with self._lock:
            starting, self._starting = self._starting, False
        return starting

    def status(self) -> StreamStatus:
        """The counters now; called on the page's thread."""
        with self._lock:
            now = self._clock()
            last_frame_s = None if self._last_frame is None else now - self._last_frame
            return StreamStatus(
                self._frames, self._failures, self._last_failure, last_frame_s, now - self._began, self._pace.pace(now)
            )

    def _note_failure(self, error: Exception) -> None:
        """Count a frame that could not be analysed; log the first in full, later ones of a row by number."""
        with self._lock:
            self._failures += 1
            count = self._failures
            self._last_failure = f"{type(error).__name__}: {error}"
            self._last_frame = self._clock()  # the camera does deliver; it is the analysis that fails
        if count == 1:
            logger.exception("a frame could not be analysed; the stream goes on")
        elif count & (count - 1) == 0:  # 2, 4, 8, ...: thirty tracebacks a second would fill a log
            logger.error("%d frames could not be analysed, the last one: %r", count, error)


def _like(source: av.VideoFrame, drawn: av.VideoFrame) -> av.VideoFrame:
    """Give a drawn frame its source's time stamps."""
    drawn.pts = source.pts
    if source.time_base is not None:
        drawn.time_base = source.time_base
    return drawn

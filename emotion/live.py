"""One camera stream: each frame analysed, recorded and drawn on its way through."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from emotion.captions import CaptionLayout
from emotion.drawing import DrawStyle, draw_faces
from emotion.faces import Face, RGBImage, require_rgb
from emotion.lasting import LastingWatch
from emotion.memory import give_back_large_buffers
from emotion.pace import Pace, PaceMeter
from emotion.recorder import LessonRecorder
from emotion.timeline import MoodTimeline

logger = logging.getLogger(__name__)

SILENT_AFTER_S = 3.0
"""A playing stream without a frame for this long is called silent."""


class Analyzer(Protocol):
    """What a stream needs of a `StreamAnalyzer`."""

    def analyze(self, image: RGBImage, at: float | None = None) -> list[Face]: ...

    def restart(self) -> None: ...


@dataclass(frozen=True, slots=True)
class View:
    """How the analysed picture is shown: what is drawn, and whether as in a mirror.

    `lasting` numbers the faces whose negative-like expression has lasted (`LastingWatch`); off by default.
    """

    style: DrawStyle = DrawStyle.LABELS
    mirrored: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """A stream's counters at one moment; `last_frame_s` is the newest frame's age, `None` before the first.

    `size` is the newest picture's width and height in pixels, `largest` that of the largest since the start; browsers
    send smaller ones when their processor or the network is short.
    """

    frames: int
    failures: int
    last_failure: str
    last_frame_s: float | None
    age_s: float
    pace: Pace = field(default_factory=Pace)
    lasting: frozenset[int] = frozenset()
    size: tuple[int, int] | None = None
    largest: tuple[int, int] | None = None

    @property
    def reduced(self) -> bool:
        """Whether the browser sends pictures of less than half the height that it sent before."""
        return self.size is not None and self.largest is not None and 2 * self.size[1] < self.largest[1] + 1

    @property
    def silent(self) -> bool:
        """Whether no frame came for `SILENT_AFTER_S`, counted from the start until the first one came."""
        waited = self.age_s if self.last_frame_s is None else self.last_frame_s
        return waited > SILENT_AFTER_S


class EmotionVideoTransformer:
    """Analyses and draws a stream's frames; its numbers are read by the page's thread.

    `view` may be set at any time and holds from the next frame on. `clock` gives monotonic seconds. A `recorder` is
    told of every analysed frame, over restarts of the stream.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        clock: Callable[[], float] = time.monotonic,
        recorder: LessonRecorder | None = None,
    ) -> None:
        give_back_large_buffers()
        self.timeline = MoodTimeline()
        self.recorder = recorder
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
            self._layout = CaptionLayout()
            self._watch = LastingWatch()
            self._lasting: frozenset[int] = frozenset()
            self._size: tuple[int, int] | None = None
            self._largest: tuple[int, int] | None = None
        self.timeline.clear()

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Analyse and draw one camera frame; called on streamlit-webrtc's worker thread, so no `st.*` here."""
        arrived = self._clock()
        try:
            if self._is_starting():
                self._analyzer.restart()  # here, as the analyzer belongs to this thread
            view = self.view
            image = require_rgb(_pixels(self._to_rgb.reformat(frame, format="rgb24")))
            faces = self._analyzer.analyze(image, at=arrived)
            self.timeline.record(faces, at=arrived)
            if self.recorder is not None:
                self.recorder.record(faces, at=arrived)
            lasting = self._watch.look(faces, arrived) if view.lasting else frozenset()
            drawn = draw_faces(
                image, faces, style=view.style, mirrored=view.mirrored, layout=self._layout, marked=lasting
            )
            answer = _like(frame, av.VideoFrame.from_numpy_buffer(drawn, format="rgb24"))
        except Exception as error:  # one escaping exception would freeze the whole stream, without a word
            self._note_failure(error)
            return frame
        stamp = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
        with self._lock:
            self._frames += 1
            self._lasting = lasting
            self._size = (frame.width, frame.height)
            self._largest = max(self._size, self._largest or self._size, key=lambda size: size[1])
            self._last_frame = self._clock()
            self._pace.note(stamp, arrived, self._last_frame)
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
                self._frames,
                self._failures,
                self._last_failure,
                last_frame_s,
                now - self._began,
                self._pace.pace(now),
                self._lasting,
                self._size,
                self._largest,
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


def _pixels(frame: av.VideoFrame) -> RGBImage:
    """The picture of an rgb24 frame in its own memory, not copied; nobody writes to it."""
    plane = frame.planes[0]
    pixels = memoryview(plane)  # type: ignore[arg-type]  # PyAV types no buffer protocol
    return np.ndarray((frame.height, frame.width, 3), np.uint8, pixels, strides=(plane.line_size, 3, 1))


def _like(source: av.VideoFrame, drawn: av.VideoFrame) -> av.VideoFrame:
    """Give a drawn frame its source's time stamps."""
    drawn.pts = source.pts
    if source.time_base is not None:
        drawn.time_base = source.time_base
    return drawn

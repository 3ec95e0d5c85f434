"""One camera stream: each frame analysed, recorded and drawn on its way through."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from emotion.captions import CaptionLayout
from emotion.counters import StreamCounters, StreamStatus
from emotion.drawing import DrawStyle, draw_faces
from emotion.faces import RGBImage, require_rgb
from emotion.lasting import LastingWatch
from emotion.memory import give_back_large_buffers
from emotion.metrics import METRICS
from emotion.recorder import LessonRecorder
from emotion.sources import Analyzer, forget_faces
from emotion.timeline import MoodTimeline
from emotion.turns import STREAM, stand_back

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """How the analysed picture is shown: what is drawn, and whether as in a mirror.

    `lasting` numbers the faces whose negative-like expression has lasted (`LastingWatch`); off by default.
    """

    style: DrawStyle = DrawStyle.LABELS
    mirrored: bool = False
    lasting: bool = False


class EmotionVideoTransformer:
    """Analyses and draws a stream's frames; its numbers are read by the page's thread.

    `view` may be set at any time and holds from the next frame on. `clock` gives monotonic seconds. A `recorder` is
    told of every analysed frame, over restarts of the stream.
    """

    name = "camera"

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
        self._turn = threading.Lock()
        self._counters = StreamCounters(clock)
        # One for each direction, as it keeps what it worked out for a size; PyAV would do so for every frame.
        self._to_rgb = VideoReformatter()
        self.restart()

    def now(self) -> float:
        """Seconds on the clock by which frames are recorded."""
        return self._clock()

    def restart(self) -> None:
        """Begin anew, as when START or STOP is pressed: counters at zero, nothing remembered of the last stream."""
        forget_faces(self._analyzer, self._turn)
        with self._lock:
            self._starting = True
            self._layout = CaptionLayout()
            self._watch = LastingWatch()
        self._counters.restart()
        self.timeline.clear()

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Analyse and draw one camera frame; called on streamlit-webrtc's worker thread, so no `st.*` here."""
        arrived = self._clock()
        try:
            if self._is_starting():
                stand_back(STREAM)
                with self._turn:
                    self._analyzer.restart()  # again: a last frame of the stream before may have come after STOP
            view = self.view
            image = require_rgb(_pixels(self._to_rgb.reformat(frame, format="rgb24")))
            with self._turn:
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
            self._counters.note_failure(error, logger)
            METRICS.note_failure(self.name)
            return frame
        stamp = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
        self._counters.note_frame(stamp, arrived, (frame.width, frame.height), lasting)
        METRICS.note_picture(self.name, len(faces), self._clock() - arrived)
        return answer

    def _is_starting(self) -> bool:
        """Whether this is the first frame since a restart; true once."""
        with self._lock:
            starting, self._starting = self._starting, False
        return starting

    def status(self) -> StreamStatus:
        """The counters now; called on the page's thread."""
        return self._counters.status()


def _pixels(frame: av.VideoFrame) -> RGBImage:
    """The picture of an rgb24 frame in its own memory, not copied; nobody writes to it."""
    plane = frame.planes[0]
    pixels = memoryview(plane)
    return np.ndarray((frame.height, frame.width, 3), np.uint8, pixels, strides=(plane.line_size, 3, 1))


def _like(source: av.VideoFrame, drawn: av.VideoFrame) -> av.VideoFrame:
    """Give a drawn frame its source's time stamps."""
    drawn.pts = source.pts
    if source.time_base is not None:
        drawn.time_base = source.time_base
    return drawn

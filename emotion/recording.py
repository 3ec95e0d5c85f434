"""A recording through the analyzer of a stream, faster than it plays: a lesson, and if wanted a drawn video."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av

from emotion.captions import CaptionLayout
from emotion.classifier import EmotionClassifier
from emotion.drawing import draw_faces
from emotion.faces import Face, RGBImage
from emotion.lesson import Lesson, Window, WindowCounter
from emotion.metrics import METRICS
from emotion.pictures import Picture, Pictures
from emotion.stream import StreamAnalyzer

MOST_RATE = 30.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis is: `done_s` of the recording, and what is left; `None` where the length is not known."""

    done_s: float
    fraction: float | None
    left_s: float | None


@dataclass(frozen=True, slots=True)
class Analysed:
    """One picture of a recording and its faces."""

    picture: Picture
    faces: list[Face]


def analyse(reader: Pictures, classifier: EmotionClassifier) -> Iterator[Analysed]:
    """Every picture of `reader` with its faces: followed, read and smoothed as in a stream, in its own time."""
    analyzer = StreamAnalyzer(classifier, clock=lambda: 0.0)  # nobody waits for the frame: no budget to be over
    for picture in reader:
        began = time.monotonic()
        faces = analyzer.analyze(picture.image, at=picture.at_s)
        METRICS.note_picture("recording", len(faces), time.monotonic() - began)
        yield Analysed(picture, faces)


def record_lesson(
    pictures: Iterator[Analysed],
    reader: Pictures,
    model: str,
    told: Callable[[Progress], bool] = lambda progress: True,
    seen: Callable[[Analysed], None] = lambda analysed: None,
    title: str = "",
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Lesson:
    """Count `pictures` into a lesson that ends now. `told` hears of the progress and may end it by answering false."""
    counter = WindowCounter(model)
    windows: list[Window] = []
    began, at_s = time.monotonic(), 0.0
    for analysed in pictures:
        at_s = analysed.picture.at_s
        ended = counter.record(analysed.faces, at_s)
        windows += [ended] if ended else []
        seen(analysed)
        if not told(_progress(at_s, reader.length_s, time.monotonic() - began)):
            break
    last = counter.flush()
    windows += [last] if last else []
    end = now()
    return Lesson(title, end - timedelta(seconds=at_s), end, "recording", model, (*windows,))


def _progress(done_s: float, length_s: float | None, took_s: float) -> Progress:
    if not length_s or done_s <= 0:
        return Progress(done_s, None, None)
    fraction = min(done_s / length_s, 1.0)
    return Progress(done_s, fraction, took_s * (1 - fraction) / fraction)


class AnnotatedVideo:
    """An MP4 of the analysed pictures with boxes and captions, without sound; use it as a context.

    `out` is a path, or a file to write to that can be rewound, as an MP4's beginning is written last.
    """

    def __init__(self, out: Path | BinaryIO, rate: float) -> None:
        self._out = str(out) if isinstance(out, Path) else out
        self._rate = Fraction(rate).limit_denominator(1000)
        self._layout = CaptionLayout()
        self._stream: av.VideoStream | None = None

    def __enter__(self) -> "AnnotatedVideo":
        self._container = av.open(self._out, "w", format="mp4")
        return self

    def add(self, image: RGBImage, faces: Sequence[Face]) -> None:
        """Draw one picture; the first decides the size, which later ones are brought to."""
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=self._rate)
            self._stream.height, self._stream.width = (max(side // 2 * 2, 2) for side in image.shape[:2])
            self._stream.pix_fmt = "yuv420p"
        drawn = draw_faces(image, faces, layout=self._layout)
        frame = av.VideoFrame.from_ndarray(drawn, format="rgb24")
        frame = frame.reformat(self._stream.width, self._stream.height, format="yuv420p")
        self._container.mux(self._stream.encode(frame))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._stream is not None and kind is None:
            self._container.mux(self._stream.encode())
        self._container.close()

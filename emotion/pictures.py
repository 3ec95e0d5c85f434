"""Pictures of a recording or of a live address, at a chosen rate: decoded, upright, of a size that can be analysed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

import av
import av.container
import av.error
import numpy as np

from emotion.faces import RGBImage, require_rgb

MOST_PIXELS = 1920 * 1080
"""Larger pictures are reduced to this: an 8K frame alone is 100 MB, and its faces are found as well."""
MOST_BYTES = 200_000_000
SELF_CONTAINED = "mov,matroska,avi,mpeg,mpegts,ogg,asf,flv"
"""FFmpeg's names of the formats that are opened; a playlist could name files of this machine, or other machines."""
LIVE_SCHEMES = ("rtsp://", "rtsps://", "http://", "https://")
OPEN_TIMEOUT_S, READ_TIMEOUT_S = 10.0, 10.0
SLACK_S = 2.0
"""What may be missing at the end of a recording that is not called cut off: the length it tells is seldom exact."""
CANNOT_READ = "it is no video that can be read (MP4, WebM, MOV or AVI)"


class RecordingError(ValueError):
    """A recording that cannot be analysed; the message is for its owner."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One RGB picture, uint8 (height, width, 3), `at_s` seconds after the first."""

    at_s: float
    image: RGBImage


class Pictures(Protocol):
    """What is read from: a `PictureReader`, or a camera."""

    truncated: bool
    length_s: float | None

    def __enter__(self) -> "Pictures": ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def __iter__(self) -> Iterator[Picture]: ...


class PictureReader:
    """Reads pictures of a file, of bytes or of an address. `truncated` turns true where a recording ends too early.

    Use it as a context. `length_s` is what the recording says of itself, `None` if nothing (live pictures do not).
    """

    def __init__(self, source: Path | str | BinaryIO, rate: float = 2.0, longest_s: float = float("inf")) -> None:
        """Open `source`, to be read at about `rate` pictures a second; of `longest_s` seconds at most.

        Raises:
            RecordingError: no video that can be read, or a longer one.
            FileNotFoundError: no such file.
            OSError: an address that does not answer.
        """
        if not rate > 0:
            raise RecordingError(f"the rate must be more than 0 pictures a second, got {rate:g}")
        self.truncated = False
        self._end_s = 0.0
        self._rate = rate
        self._container = _open(source)
        streams = self._container.streams.video
        if not streams:
            self._container.close()
            raise RecordingError("it has no pictures: there is no video stream in it")
        self._stream = streams[0]
        self._stream.thread_type = "AUTO"
        duration = self._container.duration
        self.length_s = duration / av.time_base if duration else None
        self._longest_s = longest_s
        if self.length_s is not None and self.length_s > longest_s:
            self._container.close()
            raise RecordingError(_too_long(longest_s))

    def __enter__(self) -> "PictureReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[Picture]:
        """The pictures in order; of several within 1 / rate seconds the first.

        Raises:
            RecordingError: there is not one picture in it, or it is longer than it said.
        """
        first: float | None = None
        due = 0.0
        read = False
        try:
            for frame in self._frames():
                if frame.pts is None:
                    continue
                first = frame.time if first is None else first
                at_s = frame.time - first
                if at_s > self._longest_s:
                    raise RecordingError(_too_long(self._longest_s))
                if at_s < due - 1e-6:
                    continue
                if at_s - due > 1 / self._rate:
                    due = at_s  # a gap in the recording is no debt
                due += 1 / self._rate
                read = True
                yield Picture(at_s, upright(frame))
        except av.error.FFmpegError:
            self.truncated = True
        if not read:
            raise RecordingError("there is not one whole picture in it")
        if self.length_s is not None and self._end_s < self.length_s - SLACK_S:
            self.truncated = True

    def _frames(self) -> Iterator[av.VideoFrame]:
        """The frames as they come. Notes how far pictures and sound go, either of which may end before the other."""
        starts_s = (self._container.start_time or 0) / av.time_base
        for packet in self._container.demux(self._stream, *self._container.streams.audio):
            if packet.pts is not None and packet.time_base is not None:
                end_s = float((packet.pts + (packet.duration or 0)) * packet.time_base) - starts_s
                self._end_s = max(self._end_s, end_s)
            if packet.stream.index == self._stream.index:
                yield from (frame for frame in packet.decode() if isinstance(frame, av.VideoFrame))


def _too_long(longest_s: float) -> str:
    return (
        f"it is longer than {longest_s / 3600:g} hours: cut it, or use `python -m emotion video` on your own machine, "
        "which has no limit"
    )


def _open(source: Path | str | BinaryIO) -> av.container.InputContainer:
    live = isinstance(source, str) and source.lower().startswith(LIVE_SCHEMES)
    if isinstance(source, Path) and not source.is_file():
        raise FileNotFoundError(f"no recording at {source}")
    try:
        timeout = (OPEN_TIMEOUT_S, READ_TIMEOUT_S) if live else None
        options = {} if live else {"format_whitelist": SELF_CONTAINED}
        named = str(source) if isinstance(source, Path) else source
        # A title in Latin-1, or a damaged one, is no reason to refuse the pictures.
        return av.open(named, mode="r", options=options, timeout=timeout, metadata_errors="replace")
    except (av.error.InvalidDataError, av.error.ArgumentError, av.error.EOFError):
        raise RecordingError(CANNOT_READ) from None
    except av.error.FFmpegError as error:
        if live:  # the address may hold a password, so it is not told
            raise OSError(f"the address does not answer: {error.strerror}") from None
        raise RecordingError(CANNOT_READ) from None


def reduced_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of a picture with at most `MOST_PIXELS`."""
    reduction = min(1.0, (MOST_PIXELS / (width * height)) ** 0.5)
    return max(round(width * reduction), 1), max(round(height * reduction), 1)


def upright(frame: av.VideoFrame) -> RGBImage:
    """The picture as it is meant to be seen: turned as the recording says, and reduced to `MOST_PIXELS`."""
    image = frame.reformat(*reduced_size(frame.width, frame.height), format="rgb24").to_ndarray()
    turns = round(frame.rotation / 90) % 4
    return require_rgb(np.ascontiguousarray(np.rot90(image, turns)))

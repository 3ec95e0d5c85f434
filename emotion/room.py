"""The classroom camera that an operator set: read and analysed once, for all sessions that look at it."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import av
import av.error

from emotion.faces import Face, RGBImage
from emotion.lasting import LastingWatch
from emotion.metrics import METRICS
from emotion.pictures import upright
from emotion.sources import Analyzer, RecordedSource

logger = logging.getLogger(__name__)

PICTURES_PER_S = 5.0
OPEN_WITHIN_S, READ_WITHIN_S = 10.0, 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
LEASE_S = 180.0
"""A session that did not ask for this long is gone: browsers let a page that nobody sees ask once a minute."""
PROTOCOLS = "rtsp,rtsps,rtp,rtcp,udp,tcp,tls,http,https,crypto,hls"
"""What a camera's answer may lead to; without it, a playlist could name files of this machine."""

Frames = Callable[[str], Iterator[av.VideoFrame]]
"""Frames of an address as they come; `OSError` where it does not answer, says why and not which."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest picture and its faces."""

    image: RGBImage
    faces: tuple[Face, ...]


class RoomSource(RecordedSource):
    """What one session has of the classroom camera. `seen` is its newest picture."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__("room", clock)
        self.seen: Seen | None = None
        self.asked_at = clock()

    def forget(self) -> None:
        """Keep no picture, and of no face how long it has lasted; the numbers stay."""
        self.seen = None
        self._watch = LastingWatch()

    def take(self, seen: Seen, arrived: float) -> None:
        self.record([*seen.faces], arrived, (seen.image.shape[1], seen.image.shape[0]))
        self.seen = seen


def camera_frames(url: str) -> Iterator[av.VideoFrame]:
    """Frames of an rtsp or http address; ends where the camera ends.

    Raises:
        OSError: it does not answer, or sends no video. The message does not tell the address.
    """
    options = {"protocol_whitelist": PROTOCOLS, "fflags": "nobuffer"}
    if url.lower().startswith("rtsp"):
        options["rtsp_transport"] = "tcp"  # lost packets of UDP smear faces
    try:
        with av.open(url, options=options, timeout=(OPEN_WITHIN_S, READ_WITHIN_S)) as container:
            if not container.streams.video:
                raise OSError("there is no video in what it sends")
            yield from container.decode(container.streams.video[0])
    except av.error.FFmpegError as error:  # its own message holds the address, with its password
        raise OSError(error.strerror or "unknown reason") from None


class RoomCamera:
    """Reads `url` while at least one source joined, analyses some pictures a second, gives them to all sources.

    One thread reads all frames, so that none waits in the network; another analyses the newest. After a failure the
    camera is asked again, after longer and longer pauses. `trouble` says in plain words why no picture comes.
    `begin` makes the analyzer of a stream that begins.
    """

    def __init__(
        self,
        url: str,
        begin: Callable[[], Analyzer],
        frames: Frames = camera_frames,
        clock: Callable[[], float] = time.monotonic,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self.trouble = ""
        self._url = url
        self._begin = begin
        self._frames = frames
        self._clock = clock
        self._first_pause_s = first_pause_s
        self._sources: list[RoomSource] = []
        self._changed = threading.Condition()
        self._run: _Run | None = None

    def join(self, source: RoomSource) -> None:
        """Give `source` pictures from now on; called again and again, as a session that does not ask is forgotten."""
        with self._changed:
            source.asked_at = self._clock()
            if source in self._sources:
                return
            source.restart()
            self._sources.append(source)
            if self._run is None:
                self._run, self.trouble = _Run(), ""
                for name, work in (("room-reader", self._read), ("room-analysis", self._analyse)):
                    threading.Thread(target=work, args=(self._run,), name=name, daemon=True).start()

    def leave(self, source: RoomSource) -> None:
        """Give it no more; without any source the camera is closed, within `READ_WITHIN_S`."""
        with self._changed:
            self._remove(source)

    @property
    def watched(self) -> int:
        """How many sources have joined."""
        with self._changed:
            return len(self._sources)

    def _remove(self, source: RoomSource) -> None:
        if source in self._sources:
            self._sources.remove(source)
        source.forget()
        if not self._sources and self._run is not None:
            self._run.ended.set()
            self._run = None
            self._changed.notify_all()

    def _read(self, run: "_Run") -> None:
        """Keep the newest frame; on a thread of its own until the run ends."""
        pause_s = self._first_pause_s
        while not run.ended.is_set():
            try:
                for frame in self._frames(self._url):
                    if run.ended.is_set():
                        return
                    pause_s = self._first_pause_s
                    with self._changed:
                        run.newest, self.trouble = (frame, self._clock()), ""
                        self._changed.notify_all()
                self._say(run, "it has stopped sending")
            except OSError as error:
                self._say(run, str(error))
            except Exception as error:  # whatever a camera sends, it may send something better later
                self._say(run, f"what it sends cannot be read ({type(error).__name__})")
            run.ended.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _say(self, run: "_Run", trouble: str) -> None:
        with self._changed:
            if self._run is not run:
                return
            if trouble != self.trouble:
                logger.warning("the classroom camera gives no picture: %s", trouble)
            self.trouble = trouble

    def _analyse(self, run: "_Run") -> None:
        """Analyse the newest frame and give it to all; on a thread of its own until the run ends."""
        analyzer = self._begin()
        while not run.ended.wait(1 / PICTURES_PER_S):
            with self._changed:
                now = self._clock()
                for gone in [source for source in self._sources if now - source.asked_at > LEASE_S]:
                    self._remove(gone)
                if run.newest is None:
                    self._changed.wait(1.0)
                newest, run.newest = run.newest, None
                sources = [*self._sources]
            if newest is None or run.ended.is_set():
                continue
            frame, arrived = newest
            try:
                image = upright(frame)
                seen = Seen(image, (*analyzer.analyze(image, at=arrived),))
                with self._changed:  # who left meanwhile keeps no picture
                    for source in (one for one in sources if one in self._sources):
                        source.take(seen, arrived)
                METRICS.note_picture("room", len(seen.faces), self._clock() - arrived)
            except Exception as error:  # one picture that fails must not end the camera
                METRICS.note_failure("room")
                for source in sources:
                    source.failed(error)


class _Run:
    """From the first source that joins to the last one that leaves. `newest`: a frame and when it came."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.newest: tuple[av.VideoFrame, float] | None = None

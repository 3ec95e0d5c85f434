"""Shared windows: the browser sends pictures of one under a token, each session has its own."""

import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import cv2

from emotion.faces import Face, RGBImage, require_rgb
from emotion.images import decode_picture
from emotion.pictures import reduced_size
from emotion.sources import AnalysedSource, Analyzer

MOST_PER_S = 15
"""Pictures a second that one token may send; a page sends 1 to 10."""
MOST_SENT_PIXELS = 8_300_000
"""Of one picture, 4K: what is larger is not even decoded, as a small JPEG may hold a huge picture."""
IDLE_S = 15 * 60.0
MOST_TOKENS = 200


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in one picture; boxes are in pixels of `width` x `height`, to which it was reduced.

    `lasting` are the numbers (`track_id`) of faces that may need a look; none where the teacher did not ask for them.
    """

    width: int
    height: int
    faces: tuple[Face, ...]
    lasting: frozenset[int] = frozenset()


class ScreenSource(AnalysedSource):
    """A session's shared window. One analyzer, so one picture at a time."""

    def __init__(self, analyzer: Analyzer, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__("screen", analyzer, clock)
        self._sent: deque[float] = deque(maxlen=MOST_PER_S)
        self._sent_lock = threading.Lock()

    def may_send(self) -> bool:
        """Count a picture that is about to be read; false where `MOST_PER_S` came within the last second."""
        now = self._clock()
        with self._sent_lock:
            if len(self._sent) == MOST_PER_S and now - self._sent[0] < 1:
                return False
            self._sent.append(now)
            return True

    def look_at(self, jpeg: bytes) -> Looked:
        """Decode and analyse one picture; called on a thread of its own, never on the server's event loop.

        Raises:
            PictureError: not a picture, damaged or too large.
        """
        image = reduced(decode_picture(jpeg, MOST_SENT_PIXELS))
        faces = self.look(image)
        return Looked(image.shape[1], image.shape[0], (*faces,), self.status().lasting if self.lasting else frozenset())


def reduced(image: RGBImage) -> RGBImage:
    """The picture with no more pixels than those of recordings are reduced to."""
    height, width = image.shape[:2]
    size = reduced_size(width, height)
    if size == (width, height):
        return image
    return require_rgb(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


@dataclass(slots=True)
class _Entry:
    token: bytes
    source: ScreenSource
    used_at: float


class ScreenTokens:
    """Which token is which session's; locked and bounded.

    A token lasts `IDLE_S` from its last use, by the page or by a picture. Where there are `most`, the one that was
    used longest ago goes; its page gets another with its next run.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_TOKENS) -> None:
        self._clock = clock
        self._most = most
        self._entries: list[_Entry] = []
        self._lock = threading.Lock()

    def token(self, source: ScreenSource) -> str:
        """The token of `source`, a new one where it has none."""
        with self._lock:
            self._forget_idle()
            entry = next((entry for entry in self._entries if entry.source is source), None)
            if entry is None:
                while len(self._entries) >= self._most:
                    self._entries.remove(min(self._entries, key=lambda entry: entry.used_at))
                entry = _Entry(secrets.token_urlsafe(32).encode(), source, 0.0)
                self._entries.append(entry)
            entry.used_at = self._clock()
            return entry.token.decode()

    def source(self, token: str) -> ScreenSource | None:
        """Whose token it is; `None` for one that is wrong or too old. How long it takes tells nothing of a token."""
        given = token.encode(errors="replace")
        found: _Entry | None = None
        with self._lock:
            self._forget_idle()
            for entry in self._entries:  # all of them, so that time does not tell where one was found
                if hmac.compare_digest(entry.token, given):
                    found = entry
            if found is None:
                return None
            found.used_at = self._clock()
            return found.source

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def _forget_idle(self) -> None:
        now = self._clock()
        self._entries = [entry for entry in self._entries if now - entry.used_at <= IDLE_S]


TOKENS = ScreenTokens()
"""This process's; routes and pages share it."""

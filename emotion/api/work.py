"""The API's one worker: the shared network on a thread of its own, behind a short queue that says when it is full."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from emotion.analyzer import FaceAnalyzer
from emotion.api.answers import PictureAnswer, Prediction, picture_answer
from emotion.api.counters import ApiCounters
from emotion.images import PictureError, decode_picture
from emotion.turns import PROGRAM, stand_back

logger = logging.getLogger(__name__)

MOST_IN_HAND = 16
"""Requests that are read, wait or are analysed at once."""
MOST_HELD_BYTES = 64_000_000
"""Bytes of all their bodies together."""

Load = Callable[[], FaceAnalyzer]


class BusyError(Exception):
    """No room for another request, or for more of its bytes (429)."""


class UnavailableError(Exception):
    """The network cannot be loaded (503); the reason is in the log, as it names files of the machine."""


class UnreadableError(ValueError):
    """One picture of a request cannot be read; `cause` says why, `number` counts from 1, of `total`."""

    def __init__(self, cause: PictureError, number: int, total: int) -> None:
        super().__init__(str(cause) if total == 1 else f"Picture {number} of {total}: {cause}")
        self.cause = cause


class Place:
    """A request's place among those in hand, and the bytes that it holds."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self.held = 0

    def count(self, size: int) -> None:
        """Hold `size` more bytes; `BusyError` where all together are too many."""
        if self._worker.held_bytes + size > MOST_HELD_BYTES:
            raise BusyError
        self.held += size
        self._worker.held_bytes += size


class Worker:
    """Analyses pictures one after the other; all but the analysis itself runs on the server's event loop.

    One thread: detector and network use several cores by themselves, and one large picture alone takes 200 MB while it
    is decoded. Streams, which have threads of their own, go on beside it.
    """

    def __init__(self, load: Load, counters: ApiCounters, most: int = MOST_IN_HAND) -> None:
        self._load = load
        self._counters = counters
        self._most = most
        self._thread = ThreadPoolExecutor(1, "api", stand_back, (PROGRAM,))
        self._loading: Future[FaceAnalyzer] | None = None
        self.in_hand = 0
        self.held_bytes = 0

    @contextmanager
    def place(self) -> Iterator[Place]:
        """A place for one request, to be taken before its body is read; `BusyError` where there is none."""
        if self.in_hand >= self._most:
            raise BusyError
        place = Place(self)
        self.in_hand += 1
        self._counters.note_entry()
        try:
            yield place
        finally:
            self.in_hand -= 1
            self.held_bytes -= place.held
            self._counters.note_exit()

    async def predict(self, pictures: Sequence[bytes]) -> Prediction:
        """The faces of pictures, given as files' bytes.

        Raises:
            UnreadableError: one of them is no picture, damaged or too large; none is answered then.
            UnavailableError: the network cannot be loaded.
        """
        loop = asyncio.get_running_loop()
        answers = []
        for number, content in enumerate(pictures, 1):  # one by one, so that requests of many take turns with others
            try:
                name, answer = await loop.run_in_executor(self._thread, self._look, content)
            except PictureError as error:
                raise UnreadableError(error, number, len(pictures)) from None
            answers.append(answer)
        return Prediction(model=name, pictures=answers)

    def ready(self) -> bool:
        """Whether the network is in memory; begins to load it where nobody has. Never waits.

        Raises:
            UnavailableError: the last try failed; the next call sees the result of another.
        """
        loading = self._loading
        if loading is None:
            self._loading = self._thread.submit(self._loaded)
            return False
        if not loading.done():
            return False
        error = loading.exception()
        if error is not None:
            self._loading = None
            raise UnavailableError from error
        return True

    def _look(self, content: bytes) -> tuple[str, PictureAnswer]:
        analyzer = self._loaded()
        image = decode_picture(content)
        began = time.perf_counter()
        faces = analyzer.analyze(image)
        self._counters.note_picture(len(faces), time.perf_counter() - began)
        return analyzer.classifier.card.name, picture_answer(image, faces)

    def _loaded(self) -> FaceAnalyzer:
        try:
            return self._load()
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            logger.exception("the API has no network")
            raise UnavailableError from error

"""What the app answers beside its page: `POST /api/screen/{token}` takes one JPEG of a shared window.

No cookie or login is read: the token in the path is what a page knows and a stranger does not. Pictures are held in
memory until they are analysed. Nothing here knows Streamlit.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from weakref import WeakKeyDictionary

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from emotion.api.app import api
from emotion.faces import Face
from emotion.images import PictureError
from emotion.metrics import METRICS, Metrics
from emotion.metrics_route import MeteredApi, metrics_route
from emotion.problems import problem
from emotion.screen import TOKENS, Looked, ScreenSource, ScreenTokens

logger = logging.getLogger(__name__)

MOST_BYTES = 2_000_000
JPEG_MAGIC = b"\xff\xd8\xff"
BODY_WITHIN_S = 10.0
MOST_AT_ONCE = 4
"""Pictures of one token that may be on their way in at once; a page has one."""
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class TooLargeError(Exception):
    """More bytes came than `MOST_BYTES`."""


class Turns:
    """One picture of a source at a time; while one is analysed only the newest waits. For one event loop."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="screen")
        self._locks: WeakKeyDictionary[ScreenSource, asyncio.Lock] = WeakKeyDictionary()
        self._newest: WeakKeyDictionary[ScreenSource, int] = WeakKeyDictionary()
        self._coming: WeakKeyDictionary[ScreenSource, int] = WeakKeyDictionary()

    def enter(self, source: ScreenSource) -> bool:
        """Count a request that begins; false where `MOST_AT_ONCE` are on their way."""
        coming = self._coming.get(source, 0)
        if coming >= MOST_AT_ONCE:
            return False
        self._coming[source] = coming + 1
        return True

    def leave(self, source: ScreenSource) -> None:
        self._coming[source] -= 1

    async def look_at(self, source: ScreenSource, jpeg: bytes) -> Looked | None:
        """What is in the picture; `None` where a newer one came while this one waited."""
        ticket = self._newest[source] = self._newest.get(source, 0) + 1
        async with self._locks.setdefault(source, asyncio.Lock()):
            if ticket != self._newest[source]:
                return None
            loop = asyncio.get_running_loop()
            # Shielded: a browser that goes away must not set the next picture beside one that is still analysed.
            return await asyncio.shield(loop.run_in_executor(self._threads, source.look_at, jpeg))


def routes(tokens: ScreenTokens = TOKENS, metrics: Metrics | None = None) -> list[BaseRoute]:
    """The app's own routes, the last of which says of all other `/api/` addresses that there are none."""
    turns = Turns()
    metrics = metrics or METRICS

    async def screen(request: Request) -> Response:
        source = tokens.source(request.path_params["token"])
        if source is None:
            return problem(HTTPStatus.NOT_FOUND, "this window is not shared any more: reload the page, share it again")
        if not source.may_send():
            return _too_many("more pictures came than are analysed a second")
        if not turns.enter(source):
            return _too_many(f"{MOST_AT_ONCE} pictures are on their way already")
        try:
            return await _answer(request, source, turns)
        finally:
            turns.leave(source)

    return [
        Route("/api/screen/{token}", screen, methods=["POST"]),
        Mount("/api/v1", app=api(counters=MeteredApi(metrics))),
        metrics_route(metrics),
        Route("/api/{path:path}", _nothing, methods=METHODS),
    ]


async def _nothing(request: Request) -> Response:
    return problem(HTTPStatus.NOT_FOUND, f"there is no {request.method} {request.url.path} here")


def _too_many(detail: str) -> Response:
    return problem(HTTPStatus.TOO_MANY_REQUESTS, f"{detail}: send the next one in a second", {"Retry-After": "1"})


async def _answer(request: Request, source: ScreenSource, turns: Turns) -> Response:
    try:
        jpeg = await asyncio.wait_for(_body(request), BODY_WITHIN_S)
        looked = await turns.look_at(source, jpeg)
    except TooLargeError:
        return problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a picture may have {MOST_BYTES:,} bytes, this one has more"
        )
    except TimeoutError:
        return problem(HTTPStatus.REQUEST_TIMEOUT, f"the picture was not whole after {BODY_WITHIN_S:.0f} seconds")
    except PictureError as error:
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error))
    except ClientDisconnect:
        return problem(HTTPStatus.BAD_REQUEST, "the picture ended too early")
    except Exception:  # counted and logged by the source
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the picture could not be analysed; the next one may be")
    if looked is None:
        return problem(HTTPStatus.CONFLICT, "a newer picture took its place")
    return JSONResponse(as_json(looked), headers={"Cache-Control": "no-store"})


async def _body(request: Request) -> bytes:
    """The whole body, no more of it than is allowed."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > MOST_BYTES:
        raise TooLargeError
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise TooLargeError
    if not content.startswith(JPEG_MAGIC):
        raise PictureError("this is not a JPEG")
    return bytes(content)


def as_json(looked: Looked) -> dict[str, object]:
    """`width` and `height` of the picture, and per face its box, words, emotion (`null` for unsure), number,
    and whether that number is to be drawn, as the face may need a look.
    """
    return {"width": looked.width, "height": looked.height, "faces": [_face(face, looked) for face in looked.faces]}


def _face(face: Face, looked: Looked) -> dict[str, object]:
    box = face.box
    return {
        "box": [box.x1, box.y1, box.x2, box.y2],
        "emotion": face.emotion,
        "label": face.label,
        "confidence": round(face.confidence, 3),
        "track_id": face.track_id,
        "marked": face.track_id in looked.lasting,
    }

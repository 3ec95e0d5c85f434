"""The API's addresses: each checks who asks, reads, hands on, and turns what went wrong into the right status."""

import asyncio
import functools
import json
import logging
import time
from http import HTTPStatus
from pathlib import Path

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from emotion.analyzer import load_analyzer
from emotion.api.answers import CardAnswer, Health
from emotion.api.bodies import (
    PICTURE_TYPES,
    BodyError,
    LengthMissingError,
    TooLargeError,
    TypeRefusedError,
    read_pictures,
    require_body,
)
from emotion.api.counters import COUNTERS, ApiCounters
from emotion.api.docs_page import docs_page
from emotion.api.entry import refusal
from emotion.api.openapi import document
from emotion.api.work import BusyError, Load, UnavailableError, UnreadableError, Worker
from emotion.card import ModelCard, card_path
from emotion.images import NotAPictureError, PictureTooLargeError
from emotion.problems import problem
from emotion.settings import Settings

logger = logging.getLogger(__name__)

BODY_WITHIN_S = 30.0
STATUS_OF = {
    LengthMissingError: HTTPStatus.LENGTH_REQUIRED,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    PictureTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TypeRefusedError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NotAPictureError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    BodyError: HTTPStatus.BAD_REQUEST,
}
NO_MODEL = "the network cannot be loaded: the app's operator finds the reason in its log"
# What an answer may do in a browser: the page's own style, and requests to this server from its console.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"


def api(load: Load = load_analyzer, counters: ApiCounters = COUNTERS) -> Starlette:
    """The application behind `/api/v1`."""
    worker = Worker(load, counters)
    began = time.monotonic()

    async def predict(request: Request) -> Response:
        answer = await _guarded(request, worker)
        counters.note_answer(answer.status_code)
        return answer

    async def health(_: Request) -> Response:
        try:
            settings = Settings.from_env()
            ready = worker.ready()
            name = _card(settings.model).name
        except (UnavailableError, OSError, ValueError) as error:
            logger.error("not healthy: %r", error)  # a line, not a traceback: monitors ask often
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, NO_MODEL, {"Retry-After": "10"})
        status, backend = "ok" if ready else "loading", "TensorFlow" if settings.model.suffix == ".keras" else "LiteRT"
        told = {"status": status, "model": name, "backend": backend, "uptime_s": round(time.monotonic() - began, 1)}
        return _json(Health.model_validate(told))

    async def model(request: Request) -> Response:
        try:
            settings = Settings.from_env()
            if refused := refusal(request, settings.api_token):
                return refused
            return _json(CardAnswer.model_validate(json.loads(_card(settings.model).to_json())))
        except (OSError, ValueError):
            logger.exception("the model card cannot be told")
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, NO_MODEL, {"Retry-After": "10"})

    async def openapi(_: Request) -> Response:
        return JSONResponse(document())

    async def docs(_: Request) -> Response:
        return HTMLResponse(docs_page(document()), headers={"Content-Security-Policy": POLICY})

    routes = [
        Route("/predict", predict, methods=["POST"]),
        Route("/health", health),
        Route("/model", model),
        Route("/openapi.json", openapi),
        Route("/docs", docs),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_problem})
    app.router.redirect_slashes = False
    return app


async def _guarded(request: Request, worker: Worker) -> Response:
    try:
        if refused := refusal(request, Settings.from_env().api_token):
            return refused
    except ValueError:  # an open door is the wrong answer to a setting that cannot be read
        logger.exception("the settings are wrong, so the API answers nobody")
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "a setting is wrong: the app's operator finds it in its log")
    try:
        media_type = require_body(request)
        with worker.place() as place:
            pictures = await asyncio.wait_for(read_pictures(request, media_type, place.count), BODY_WITHIN_S)
            return _json(await worker.predict(pictures))
    except BusyError:
        return problem(HTTPStatus.TOO_MANY_REQUESTS, "others are first: try again in a second", {"Retry-After": "1"})
    except BodyError as error:
        return _refused(error, str(error))
    except UnreadableError as error:
        return _refused(error.cause, str(error))
    except TimeoutError:
        return problem(HTTPStatus.REQUEST_TIMEOUT, f"the body was not whole after {BODY_WITHIN_S:.0f} seconds")
    except UnavailableError:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, NO_MODEL, {"Retry-After": "10"})
    except Exception:  # a client gets no traceback, the operator does
        logger.exception("a picture could not be analysed")
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the picture could not be analysed; another may be")


def _refused(error: ValueError, detail: str) -> Response:
    status = STATUS_OF.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    accepts = {"Accept": ", ".join(PICTURE_TYPES)} if status is HTTPStatus.UNSUPPORTED_MEDIA_TYPE else {}
    # A body that was not read to its end would be taken for the next request.
    return problem(status, detail, {**accepts, "Connection": "close"})


async def _http_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    details = {
        HTTPStatus.NOT_FOUND: f"there is no {request.url.path} here: /api/v1/docs lists what there is",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.url.path} does not take {request.method[:20]}: see the Allow header",
    }
    return problem(status, details.get(status, error.detail), error.headers)


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


@functools.lru_cache(maxsize=4)
def _card(model: Path) -> ModelCard:
    return ModelCard.load(card_path(model))

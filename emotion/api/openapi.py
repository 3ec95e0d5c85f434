"""What the API takes and answers, as an OpenAPI 3.1 document made of the answers' own models."""

import functools
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic.json_schema import models_json_schema

from emotion.api.answers import Answer, CardAnswer, Health, Prediction, Problem
from emotion.api.bodies import MOST_BYTES, MOST_FILES, MULTIPART, PICTURE_TYPES
from emotion.images import MAX_BYTES, MAX_PIXELS

VERSION = "1.0.0"
REFERENCE = "#/components/schemas/{model}"
DESCRIPTION = """Finds faces in pictures and reads their expressions with a small network trained on FER-2013.
An expression is not a feeling; the model card says how often the network is wrong. Pictures are held in memory until
they are answered, and then forgotten. Errors are `application/problem+json` (RFC 9457)."""
PREDICT = f"""Send one picture as the body, or up to {MOST_FILES} as files of a form, all of which are answered or none.
JPEG, PNG, WebP or BMP; at most {MAX_BYTES / 1e6:.0f} MB and {MAX_PIXELS / 1e6:.0f} megapixels each,
{MOST_BYTES / 1e6:.0f} MB together. EXIF orientation is honoured."""
MEANINGS = {
    400: "the body is malformed, empty or cut off",
    401: "the bearer token is missing or wrong",
    403: "no API_TOKEN is set and the request is not of the app's own machine",
    408: "the body took too long",
    411: "there is no body",
    413: "too many bytes, pixels or files",
    415: "neither a picture nor a form",
    422: "the picture is damaged",
    429: "the queue is full",
    500: "the picture could not be analysed",
    503: "the network cannot be loaded",
}
HEADERS = {401: "WWW-Authenticate", 429: "Retry-After"}


@functools.cache
def document() -> dict[str, Any]:
    """The whole document; do not change it."""
    models = [(model, "serialization") for model in (Prediction, Health, CardAnswer, Problem)]
    _, schemas = models_json_schema(models, ref_template=REFERENCE)  # type: ignore[arg-type]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Class Mood",
            "version": VERSION,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/api/v1"}],
        "paths": {
            "/predict": {"post": _predict()},
            "/health": {"get": _get("health", "Is it up, and with which network?", Health, [503], entry=False)},
            "/model": {"get": _get("model", "The model card", CardAnswer, [401, 403, 503], entry=True)},
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The operator's API_TOKEN; where none is set only its own machine is answered.",
                }
            },
        },
    }


def _predict() -> dict[str, Any]:
    picture = {"schema": {"type": "string", "format": "binary", "minLength": 1}}
    pictures = {"type": "array", "items": picture["schema"], "minItems": 1, "maxItems": MOST_FILES}
    form = {
        "type": "object",
        "properties": {"pictures": pictures},
        "required": ["pictures"],
        "additionalProperties": False,
    }
    return {
        "operationId": "predict",
        "summary": "Faces and expressions of pictures",
        "description": PREDICT,
        "security": [{"token": []}, {}],
        "requestBody": {
            "required": True,
            "content": {**dict.fromkeys(PICTURE_TYPES, picture), MULTIPART: {"schema": form}},
        },
        "responses": _responses(Prediction, [400, 401, 403, 408, 411, 413, 415, 422, 429, 500, 503]),
    }


def _get(name: str, summary: str, answer: type[Answer], problems: Sequence[int], entry: bool) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "description": (answer.__doc__ or "").strip(),
        "security": [{"token": []}, {}] if entry else [],
        "responses": _responses(answer, problems),
    }


def _responses(answer: type[Answer], problems: Sequence[int]) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "200": {"description": HTTPStatus.OK.phrase, "content": {"application/json": {"schema": _reference(answer)}}}
    }
    for status in problems:
        content = {"application/problem+json": {"schema": {"$ref": REFERENCE.format(model="Problem")}}}
        found[str(status)] = {"description": MEANINGS[status], "content": content}
        if status in HEADERS:
            header = {"required": True, "schema": {"type": "string"}}
            found[str(status)]["headers"] = {HEADERS[status]: header}
    return found


def _reference(answer: type[Answer]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=answer.__name__)}

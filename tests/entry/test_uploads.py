"""Uploads stay in memory, within limits."""

import asyncio

import pytest
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from emotion.entry.middleware import middleware
from emotion.entry.uploads import MOST_BYTES
from tests.asgi import ask

BOUNDARY = b"--b\r\nContent-Disposition: form-data; name=f; filename=a.jpg\r\n\r\n"


async def where_it_is(scope, receive, send) -> None:
    form = await Request(scope, receive).form()
    on_disk = form["f"].file._rolled  # type: ignore[union-attr]
    answer: Response = PlainTextResponse(str(on_disk))
    await answer(scope, receive, send)


@pytest.fixture
def usual():
    before = MultiPartParser.spool_max_size
    yield before
    MultiPartParser.spool_max_size = before


def test_no_upload_becomes_a_file(usual):
    pieces = [BOUNDARY, *[bytes(1_000_000)] * 3, b"\r\n--b--\r\n"]
    headers = {"content-type": "multipart/form-data; boundary=b"}
    MultiPartParser.spool_max_size = 1024 * 1024
    assert asyncio.run(ask(where_it_is, "PUT", "/", pieces, headers)).body == b"True", "Starlette does without us now"
    middleware("")
    assert asyncio.run(ask(where_it_is, "PUT", "/", pieces, headers)).body == b"False"


def test_what_the_server_takes_fits():
    from streamlit import config

    assert config.get_option("server.maxUploadSize") * 1024 * 1024 < MOST_BYTES
    assert config.get_option("server.enableXsrfProtection") is True

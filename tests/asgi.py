"""Asking an ASGI application without a server: one request, its body in pieces, one answer."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def ask(
    app: ASGIApp,
    method: str,
    path: str,
    pieces: Sequence[bytes] = (b"",),
    headers: Mapping[str, str] | None = None,
    taken: list[int] | None = None,
) -> Answer:
    """Send the pieces of a body one by one; `taken` collects the sizes of those that the application asked for."""
    waiting = [*pieces]

    async def receive() -> Message:
        if not waiting:
            await asyncio.sleep(3600)  # a body that does not go on
        piece = waiting.pop(0)
        if taken is not None:
            taken.append(len(piece))
        return {"type": "http.request", "body": piece, "more_body": bool(waiting) or path.endswith("?open")}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.removesuffix("?open"),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Answer(start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body)

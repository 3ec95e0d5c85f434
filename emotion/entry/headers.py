"""What a browser may do with our pages: headers on every answer; an ASGI middleware."""

import base64
import hashlib
import re
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), display-capture=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
YEAR_S = 31_536_000


def policy(page: str = "") -> str:
    """The content security policy for an app whose page is this HTML.

    Scripts are ours alone: files, `blob:` (Streamlit's way to load the small components of `emotion.pages`), and those
    that stand in the page itself, by their hashes. Styles may stand anywhere, as Streamlit's do.
    """
    hashes = [hashlib.sha256(script.encode()).digest() for script in INLINE.findall(page)]
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: {scripts}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "frame-src 'self'",
            "frame-ancestors 'self'",
            "form-action 'self'",
            "base-uri 'self'",
            "object-src 'none'",
        ]
    )


class SecurityHeaders:
    """Adds `HEADERS` and the `policy` to every answer that has not its own, and over HTTPS to stay with HTTPS."""

    def __init__(self, app: ASGIApp, page: str = "") -> None:
        self._app = app
        self._headers: Mapping[str, str] = {**HEADERS, "Content-Security-Policy": policy(page)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if is_https(scope):
                    headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def is_https(scope: Scope) -> bool:
    """Whether the browser speaks HTTPS, with us or with a proxy before us."""
    forwarded = next((value for name, value in scope["headers"] if name == b"x-forwarded-proto"), b"")
    return scope["scheme"] in ("https", "wss") or forwarded.split(b",")[0].strip().lower() == b"https"

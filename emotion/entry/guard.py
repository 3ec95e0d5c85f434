"""The door before everything that the server answers: page, routes and websocket; an ASGI middleware."""

import logging
import math
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emotion.api.entry import BEARER, refusal
from emotion.entry import cookie, sign_in
from emotion.entry.delays import Delays, client_of
from emotion.entry.headers import is_https
from emotion.problems import problem
from emotion.settings import Settings

logger = logging.getLogger(__name__)

OPEN = frozenset({"/_stcore/health", "/api/v1/health"})
"""What monitors ask; neither tells anything of a person."""
MOST_FORM_BYTES = 4_096
KEPT = {"Cache-Control": "no-store"}
UNREADABLE = "who may enter cannot be read: the app's operator finds the reason in its log"


class Account(Protocol):
    """A sign-in of others, as Streamlit's by OpenID Connect."""

    paths: frozenset[str]
    """What must be open for it to work."""
    sign_out: str

    def is_configured(self) -> bool:
        """Whether there is one. Raises `ValueError` where that cannot be known."""
        ...

    def user(self, connection: HTTPConnection) -> str | None:
        """The address that signed in, "" where the provider tells none, `None` for nobody."""
        ...

    def sign_in(self) -> list[tuple[str, str]]:
        """Each provider's name, "" for the only one, and where to send a browser for it."""
        ...


class Guard:
    """Lets in who knows `APP_PASSWORD`, or, where accounts are configured, who signed in with one.

    Settings are read at each request, because Streamlit fills the environment from its secrets after the start. Where
    neither is set all get in. Where that cannot be known nobody does, nor where a lock was set and is gone while the
    server runs, as in the moment in which an editor rewrites the file: an open app wants a start of its own.
    """

    def __init__(
        self, app: ASGIApp, account: Account | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._account = account
        self._clock = clock
        self._cookies = cookie.EntryCookies()
        self._delays = Delays()
        self._was_locked = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = await self._refused(scope, receive)
        if answer is None and scope["type"] == "websocket":
            await self._app(scope, self._while_let_in(scope, receive, send), send)
        elif answer is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "sign in first"})
        else:
            await answer(scope, receive, send)

    async def _refused(self, scope: Scope, receive: Receive) -> Response | None:
        """What is answered instead of the app, or `None` for who may go on."""
        connection = HTTPConnection(scope)
        path = scope["path"]
        if path in OPEN:
            return None
        try:
            by_account, password = self._locks()
        except ValueError as error:
            logger.error("nobody gets in: %s", error)
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, UNREADABLE, {"Retry-After": "10"})
        if by_account is not None:
            return self._by_account(by_account, connection, path)
        if not password:
            return None
        if scope["type"] == "http" and path.rpartition("/")[2] in ("sign-in", "sign-out"):
            request = Request(scope, receive)
            if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "POST":
                return problem(HTTPStatus.FORBIDDEN, "this form was sent by another site")
            if path.endswith("/sign-in") and request.method == "POST":
                return await self._sign_in(request, password)
            if path.endswith("/sign-out"):
                return self._sign_out(request, password)
        if self._cookies.is_valid(connection.cookies.get(cookie.NAME, ""), password) or _has_token(connection, path):
            return None
        return _ask(connection, sign_in.password_page(scope["query_string"].decode("latin-1")))

    def _locks(self) -> tuple[Account | None, str]:
        """The accounts, if configured, and the password, if set. Raises `ValueError` where that cannot be known."""
        account = self._account if self._account is not None and self._account.is_configured() else None
        password = Settings.app_password_from_env()
        if account is None and not password and self._was_locked:
            raise ValueError("the password or sign-in that was configured is gone; set it again, or start the app anew")
        self._was_locked = account is not None or bool(password)
        return account, password

    def _while_let_in(self, scope: Scope, receive: Receive, send: Send) -> Receive:
        """What a page says, until it is not let in any more: signing out ends the other tabs' pages, too."""

        async def receive_while_let_in() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and await self._refused(scope, receive) is not None:
                await send({"type": "websocket.close", "code": 1008, "reason": "sign in again"})
                return {"type": "websocket.disconnect", "code": 1008}
            return message

        return receive_while_let_in

    async def _sign_in(self, request: Request, password: str) -> Response:
        query = request.url.query
        try:
            given = await _password_of(request)
        except ValueError as error:
            return problem(HTTPStatus.BAD_REQUEST, str(error))
        client, now = client_of(request), self._clock()
        if (wait_s := math.ceil(self._delays.wait_s(client, now))) > 0:
            wrong = f"Too many wrong passwords: try again in {wait_s} second{'s' * (wait_s != 1)}."
            headers = {**KEPT, "Retry-After": str(wait_s)}
            return HTMLResponse(sign_in.password_page(query, wrong), HTTPStatus.TOO_MANY_REQUESTS, headers)
        if not cookie.is_right(given, password):
            self._delays.failed(client, now)
            logger.warning("a wrong password was sent")
            return HTMLResponse(
                sign_in.password_page(query, "This is not the password."), HTTPStatus.UNAUTHORIZED, KEPT
            )
        self._delays.succeeded(client)
        answer = RedirectResponse(f"./?{query}" if query else "./", HTTPStatus.SEE_OTHER, KEPT)
        answer.set_cookie(
            cookie.NAME,
            self._cookies.new(password),
            max_age=cookie.LASTS_S,
            secure=is_https(request.scope),
            httponly=True,
            samesite="lax",
        )
        return answer

    def _sign_out(self, request: Request, password: str) -> Response:
        if request.method != "POST":
            return HTMLResponse(sign_in.sign_out_page(), headers=KEPT)
        self._cookies.end(request.cookies.get(cookie.NAME, ""), password)
        answer = RedirectResponse("./", HTTPStatus.SEE_OTHER, KEPT)
        answer.delete_cookie(cookie.NAME, secure=is_https(request.scope), httponly=True, samesite="lax")
        return answer

    def _by_account(self, account: Account, connection: HTTPConnection, path: str) -> Response | None:
        if path in account.paths or _has_token(connection, path):
            return None
        user = account.user(connection)
        if user is None:
            return _ask(connection, sign_in.account_page(account.sign_in()))
        if not Settings.may_enter(user):
            return HTMLResponse(sign_in.refused_page(account.sign_out), HTTPStatus.FORBIDDEN, KEPT)
        return None


def _has_token(connection: HTTPConnection, path: str) -> bool:
    """Whether a program sends the operator's token, which opens the routes for programs and nothing else."""
    if connection.scope["type"] != "http" or "authorization" not in connection.headers:
        return False
    name = "API_TOKEN" if path.startswith("/api/v1/") else "METRICS_TOKEN" if path == "/metrics" else ""
    if not name:
        return False
    try:
        settings = Settings.from_env()
    except ValueError:  # a door whose lock cannot be read stays closed
        logger.exception("the settings are wrong, so no token opens anything")
        return False
    token = settings.api_token if name == "API_TOKEN" else settings.metrics_token
    return bool(token) and refusal(Request(connection.scope), token, name) is None


def _ask(connection: HTTPConnection, page: str) -> Response:
    """The sign-in page for who looks at pages, a problem for programs; 401 for both."""
    if connection.scope["type"] == "http" and "text/html" in connection.headers.get("accept", ""):
        return HTMLResponse(page, HTTPStatus.UNAUTHORIZED, KEPT)
    detail = "sign in on the page first; programs send the operator's API_TOKEN to /api/v1 as a bearer token"
    return problem(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": BEARER})


async def _password_of(request: Request) -> str:
    """The form's password; read by hand, as forms with files are not wanted here."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_FORM_BYTES:
                raise ValueError(f"a sign-in may have {MOST_FORM_BYTES:,} bytes, this one has more")
    except ClientDisconnect:
        raise ValueError("the sign-in ended too early") from None
    try:
        return parse_qs(bytes(body).decode("utf-8"), max_num_fields=4).get("password", [""])[0].strip()
    except ValueError:
        raise ValueError("this is no form with a password") from None

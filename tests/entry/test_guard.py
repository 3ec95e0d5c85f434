"""The door before page, routes and websocket, asked without a server."""

import asyncio
import json
import re
from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from emotion.entry import cookie
from emotion.entry.guard import MOST_FORM_BYTES, Guard
from tests.asgi import Answer, ask

PASSWORD = "correct horse"
TOKEN = "a-token-of-an-operator"
PAGE = {"accept": "text/html,application/xhtml+xml"}


async def inside(request: Request) -> PlainTextResponse:
    return PlainTextResponse("inside")


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass


class Door:
    """A guarded app, its clock, and a browser before it."""

    def __init__(self, account: object = None) -> None:
        self.now = 100.0
        app = Starlette(
            routes=[
                WebSocketRoute("/_stcore/stream", talk),
                Route("/{path:path}", inside, methods=["GET", "POST"]),
            ]
        )
        self.app = Guard(app, account, clock=lambda: self.now)  # type: ignore[arg-type]

    def get(self, path: str = "/", **headers: str) -> Answer:
        return asyncio.run(ask(self.app, "GET", path, headers=headers))

    def send(self, password: str, body: bytes | None = None, **headers: str) -> Answer:
        given = {"content-type": "application/x-www-form-urlencoded", **headers}
        form = b"password=" + password.encode().replace(b" ", b"+") if body is None else body
        return asyncio.run(ask(self.app, "POST", "/sign-in", [form], given))

    def cookie(self) -> str:
        """What a browser sends that has signed in."""
        return self.send(PASSWORD).headers["set-cookie"].partition(";")[0]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setenv("APP_PASSWORD", PASSWORD)
    monkeypatch.setenv("API_TOKEN", TOKEN)
    monkeypatch.setenv("METRICS_TOKEN", "of-a-monitor-16-letters")
    return Door()


PATHS = ["/", "/about", "/_stcore/host-config", "/_stcore/upload_file/1/2", "/media/x.jpeg", "/component/a/index.html"]
PATHS += ["/static/js/index.js", "/api/screen/abc", "/api/v1/predict", "/api/v1/docs", "/metrics", "/_stcore/metrics"]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_without_the_password(door: Door, path: str) -> None:
    answer = door.get(path)
    assert answer.status == 401
    assert b"inside" not in answer.body
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["detail"].startswith("sign in on the page first")


@pytest.mark.parametrize("path", PATHS)
def test_everything_is_answered_to_who_signed_in(door: Door, path: str) -> None:
    assert door.get(path, cookie=door.cookie()).body == b"inside"


@pytest.mark.parametrize("path", ["/_stcore/health", "/api/v1/health"])
def test_monitors_get_in_without(door: Door, path: str) -> None:
    assert door.get(path).body == b"inside"


@pytest.mark.parametrize("path", ["/api/v1/health/", "//_stcore/health", "/_stcore/health/../../"])
def test_what_only_looks_like_a_monitors_question_does_not_get_in(door: Door, path: str) -> None:
    assert door.get(path).status == 401


def test_without_a_password_all_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APP_PASSWORD", raising=False)
    assert Door().get("/").body == b"inside"


def test_a_browser_gets_the_sign_in_page_whole_in_itself(door: Door) -> None:
    answer = door.get("/", **PAGE)
    page = answer.body.decode()
    assert (answer.status, answer.headers["content-type"]) == (401, "text/html; charset=utf-8")
    for part in ('<label for="password">', 'type="password"', 'name="viewport"', "color-scheme: light dark"):
        assert part in page
    assert not re.search(r"<script|src=|https?://", page)


def test_the_right_password_gives_a_cookie_that_scripts_and_other_sites_do_not_get(door: Door) -> None:
    answer = door.send(PASSWORD)
    assert (answer.status, answer.headers["location"]) == (303, "./")
    given = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={cookie.LASTS_S}"} <= set(given.split("; "))
    assert "Secure" not in given
    assert PASSWORD not in given
    assert "Secure" in door.send(PASSWORD, **{"x-forwarded-proto": "https"}).headers["set-cookie"]


def test_a_forged_an_old_or_anothers_cookie_does_not_get_in(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    good = door.cookie()
    forged = good[:-5] + ("A" if good[-5] != "A" else "B") + good[-4:]  # of the last letter not every bit counts
    for bad in (forged, f"{cookie.NAME}=", f"{cookie.NAME}=x.y.z"):
        assert door.get(cookie=bad).status == 401, bad
    monkeypatch.setattr(cookie, "LASTS_S", -1)
    assert door.get(cookie=good).status == 401
    monkeypatch.undo()
    monkeypatch.setenv("APP_PASSWORD", "another password")
    assert door.get(cookie=good).status == 401


def test_a_wrong_password_costs_time_and_more_with_each(door: Door) -> None:
    waits = []
    for _ in range(5):
        assert door.send("wrong").status == 401
        refused = door.send(PASSWORD)
        assert refused.status == 429
        assert f"try again in {refused.headers['retry-after']} second" in refused.body.decode()
        waits.append(int(refused.headers["retry-after"]))
        door.now += waits[-1]
    assert waits == [1, 2, 4, 8, 16]
    assert door.send(PASSWORD).status == 303
    assert door.send("wrong").status == 401
    assert door.send("wrong").headers["retry-after"] == "1", "a right password did not begin anew"


def test_signing_out_ends_the_cookie_and_its_copies(door: Door) -> None:
    held = door.cookie()
    assert "Sign out" in door.get("/sign-out", cookie=held).body.decode()
    assert door.get(cookie=held).body == b"inside", "a link alone signed out"
    answer = asyncio.run(ask(door.app, "POST", "/sign-out", headers={"cookie": held}))
    assert answer.status == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert door.get(cookie=held).status == 401


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_another_site_cannot_send_the_forms(door: Door, path: str) -> None:
    headers = {"sec-fetch-site": "cross-site", "cookie": door.cookie()}
    assert asyncio.run(ask(door.app, "POST", path, [b"password=x"], headers)).status == 403


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"password=" + bytes(MOST_FORM_BYTES), b"&".join([b"a=b"] * 9)])
def test_no_body_breaks_the_sign_in(door: Door, body: bytes) -> None:
    assert door.send("", body).status in (400, 401)


@pytest.mark.parametrize("password", ["schön und gut", "пароль" * 3])
def test_a_password_may_have_any_letters(door: Door, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("APP_PASSWORD", password)
    assert door.send(password).status == 303


def test_no_password_is_in_log_or_page(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    answer = door.send("hunter2-typed-wrongly")
    assert "a wrong password was sent" in caplog.text
    assert "hunter2" not in caplog.text + answer.body.decode()
    assert PASSWORD not in caplog.text + answer.body.decode()


def test_a_token_opens_what_programs_ask_and_nothing_else(door: Door) -> None:
    api, monitor = ({"authorization": f"Bearer {token}"} for token in (TOKEN, "of-a-monitor-16-letters"))
    assert door.get("/api/v1/predict", **api).body == b"inside"
    assert door.get("/metrics", **monitor).body == b"inside"
    refused = [("/", api), ("/api/screen/abc", api), ("/api/v1x", api), ("/metrics", api), ("/api/v1/predict", monitor)]
    refused += [("/api/v1/predict", {"authorization": "Bearer wrong"}), ("/api/v1/predict", {"authorization": TOKEN})]
    assert [door.get(path, **headers).status for path, headers in refused] == [401] * len(refused)


def test_no_token_gets_in_where_the_settings_are_wrong(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "short")
    assert door.get("/api/v1/predict", authorization="Bearer short").status == 401


def websocket(
    door: Door, said: list[str], between: Mapping[int, object] | None = None, **headers: str
) -> list[Message]:
    """What a websocket is sent that says these words; `between` are calls before a word."""
    sent: list[Message] = []
    waiting: list[Message] = [{"type": "websocket.connect"}]
    waiting += [{"type": "websocket.receive", "text": word} for word in said]
    waiting += [{"type": "websocket.disconnect", "code": 1000}]
    count = iter(range(-1, len(waiting)))

    async def receive() -> Message:
        if (call := (between or {}).get(next(count))) is not None:
            call()  # type: ignore[operator]
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/_stcore/stream", "raw_path": b"/_stcore/stream", "scheme": "ws"}
    scope |= {"query_string": b"", "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}
    scope |= {"subprotocols": [], "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    asyncio.run(door.app(scope, receive, send))
    return sent


def test_a_websocket_is_closed_without_and_open_with_the_cookie(door: Door) -> None:
    assert [message["type"] for message in websocket(door, ["a"])] == ["websocket.close"]
    answered = websocket(door, ["a", "b"], cookie=door.cookie())
    assert [message.get("text") for message in answered] == [None, "a", "b"]
    token = websocket(door, ["a"], authorization=f"Bearer {TOKEN}")
    assert [message["type"] for message in token] == ["websocket.close"]


def test_signing_out_ends_an_open_websocket(door: Door) -> None:
    held = door.cookie()

    def sign_out() -> None:
        door.app._cookies.end(held.partition("=")[2], PASSWORD)

    answered = websocket(door, ["a", "b", "c"], {1: sign_out}, cookie=held)
    assert [message.get("text", message.get("code")) for message in answered] == [None, "a", 1008]


class MadeUpAccount:
    """Who sends `as: ADDRESS` is signed in."""

    paths = frozenset({"/auth/login"})
    sign_out = "/auth/logout"

    def is_configured(self) -> bool:
        return True

    def user(self, connection: HTTPConnection) -> str | None:
        return connection.headers.get("as")

    def sign_in(self) -> list[tuple[str, str]]:
        return [("google", "/auth/login?provider=1&x"), ("", "/auth/login?provider=2")]


def test_accounts_stand_in_for_the_password(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Door(MadeUpAccount())
    page = account.get("/", **PAGE)
    assert page.status == 401
    assert 'href="/auth/login?provider=1&amp;x">Sign in with Google<' in page.body.decode()
    assert account.get("/auth/login").body == b"inside"
    assert account.get("/auth/logout").status == 401
    assert account.get("/", **{"as": "a@school.example"}).body == b"inside"
    assert account.send(PASSWORD).status == 401, "the password opens beside the accounts"
    assert account.get("/api/v1/predict", authorization=f"Bearer {TOKEN}").body == b"inside"
    assert [message["type"] for message in websocket(account, ["a"])] == ["websocket.close"]
    assert len(websocket(account, ["a"], **{"as": "a@school.example"})) == 2


@pytest.mark.parametrize(
    ("allowed", "status"),
    [("", 200), ("@school.example", 200), ("b@c.example, A@School.example", 200), ("@ool.example", 403), ("x", 403)],
)
def test_only_listed_accounts_get_in(monkeypatch: pytest.MonkeyPatch, allowed: str, status: int) -> None:
    monkeypatch.setenv("ALLOWED_USERS", allowed)
    assert Door(MadeUpAccount()).get("/", **{"as": "a@school.example"}).status == status


def test_a_program_is_told_as_a_problem(door: Door) -> None:
    answer = door.get("/api/v1/predict")
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["status"] == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


class UnreadableAccount(MadeUpAccount):
    def is_configured(self) -> bool:
        raise ValueError("line 3: no quotes")


@pytest.mark.parametrize("password", ["", PASSWORD])
def test_where_the_lock_cannot_be_read_nobody_gets_in(monkeypatch, caplog, password):
    monkeypatch.setenv("APP_PASSWORD", password)
    account = Door(UnreadableAccount())
    assert account.get("/", **PAGE).status == 503
    assert account.get("/", **{"as": "a@school.example"}).status == 503
    assert account.get("/_stcore/health").body == b"inside"
    assert [message["type"] for message in websocket(account, ["a"])] == ["websocket.close"]
    assert "line 3" in caplog.text
    assert b"line 3" not in account.get("/").body


def test_a_lock_that_vanishes_while_the_server_runs_opens_nothing(monkeypatch):
    monkeypatch.setenv("APP_PASSWORD", PASSWORD)
    door = Door()
    assert door.get("/").status == 401
    monkeypatch.delenv("APP_PASSWORD")
    assert door.get("/").status == 503
    assert door.get("/api/v1/health").body == b"inside"
    monkeypatch.setenv("APP_PASSWORD", "another one")
    assert door.get("/").status == 401
    monkeypatch.delenv("APP_PASSWORD")
    assert Door().get("/").body == b"inside", "a server that began without one is open"

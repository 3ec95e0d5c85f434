"""The routes beside the page, asked as a server asks them."""

import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest
from starlette.applications import Starlette

from emotion import routes as routes_module
from emotion.routes import MOST_AT_ONCE, MOST_BYTES, routes
from emotion.screen import IDLE_S, MOST_PER_S, ScreenSource, ScreenTokens
from emotion.sources import Analyzer
from tests.asgi import Answer, ask
from tests.emotion.test_sources import Clock
from tests.fakes import ScriptedAnalyzer, make_face
from tests.scenes import jpeg

PICTURE = jpeg(np.full((48, 64, 3), 90, np.uint8))


class Window:
    """An application with one shared window."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.clock = Clock()
        self.tokens = ScreenTokens(self.clock)
        self.source = ScreenSource(analyzer, self.clock)
        self.path = f"/api/screen/{self.tokens.token(self.source)}"
        self.app = Starlette(routes=routes(self.tokens))

    def post(self, *pieces: bytes, path: str = "", headers: dict[str, str] | None = None) -> Answer:
        self.clock.seconds += 1
        return asyncio.run(ask(self.app, "POST", path or self.path, pieces, headers))


@pytest.fixture
def window() -> Window:
    return Window(ScriptedAnalyzer([make_face(happy=0.9), make_face(happy=0.2, unsure_below=0.5)]))


def problem_of(answer: Answer) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status
    assert told["title"]
    return str(told["detail"])


def test_a_picture_is_answered_with_its_faces(window):
    answer = window.post(PICTURE[:100], PICTURE[100:])
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["width"], told["height"]) == (64, 48)
    first, second = told["faces"]
    assert first == {
        "box": [10, 10, 58, 58],
        "emotion": "happy",
        "label": "happy",
        "confidence": 0.9,
        "track_id": None,
        "marked": False,
    }
    assert (second["emotion"], second["label"]) == (None, "unsure")
    assert window.source.status().frames == 1


@pytest.mark.parametrize("path", ["/api/screen/", "/api/screen/x", f"/api/screen/{'a' * 43}", "/api/other", "/api/"])
def test_unknown_tokens_and_addresses_are_not_found(window, path):
    answer = window.post(PICTURE, path=path)
    assert answer.status == 404
    assert problem_of(answer)


def test_other_methods_are_not_found(window):
    for method in ("GET", "PUT", "DELETE"):
        assert asyncio.run(ask(window.app, method, window.path)).status == 404


def test_an_old_token_is_not_found_and_told_what_to_do(window):
    window.clock.seconds += IDLE_S + 1
    answer = window.post(PICTURE)
    assert answer.status == 404
    assert "share it again" in problem_of(answer)


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04" + bytes(100), b"\x89PNG\r\n\x1a\n", PICTURE[:200]])
def test_what_is_no_jpeg_is_refused(window, content):
    answer = window.post(content)
    assert answer.status == 415
    assert problem_of(answer)
    assert window.source.status().frames == 0


def test_a_small_file_with_a_huge_picture_is_refused(window):
    assert window.post(jpeg(np.zeros((3000, 4000, 3), np.uint8))).status == 415


def test_too_many_bytes_are_not_even_read(window):
    taken: list[int] = []
    pieces = [b"\xff\xd8\xff", *[bytes(500_000)] * 100]
    answer = asyncio.run(ask(window.app, "POST", window.path, pieces, taken=taken))
    assert answer.status == 413
    assert "2,000,000" in problem_of(answer)
    assert sum(taken) < MOST_BYTES + 600_000


def test_too_many_bytes_that_are_announced_are_refused_at_once(window):
    taken: list[int] = []
    answer = asyncio.run(
        ask(window.app, "POST", window.path, [PICTURE], {"content-length": str(MOST_BYTES + 1)}, taken)
    )
    assert (answer.status, taken) == (413, [])


def test_a_body_that_does_not_go_on_is_given_up(window, monkeypatch):
    monkeypatch.setattr(routes_module, "BODY_WITHIN_S", 0.05)
    answer = asyncio.run(ask(window.app, "POST", f"{window.path}?open", [PICTURE[:100]]))
    assert answer.status == 408


def test_a_hundred_pictures_a_second_are_too_many(window):
    async def hundred() -> list[Answer]:
        return [await ask(window.app, "POST", window.path, [PICTURE]) for _ in range(100)]

    answers = asyncio.run(hundred())
    assert [a.status for a in answers] == [200] * MOST_PER_S + [429] * (100 - MOST_PER_S)
    assert answers[-1].headers["retry-after"] == "1"
    assert "second" in problem_of(answers[-1])


def test_what_fails_while_analysing_is_told_without_its_inside():
    window = Window(ScriptedAnalyzer(RuntimeError("secret path")))
    answer = window.post(PICTURE)
    assert answer.status == 500
    assert "secret" not in problem_of(answer)
    assert window.source.status().failures == 1


class Held:
    """An analyzer that waits until it may go on."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def restart(self) -> None:
        """Nothing is remembered."""

    def analyze(self, image: np.ndarray, at: float | None = None) -> list:
        self.begun.set()
        assert self.go_on.wait(20)
        return []


def answers_while_held(count: int) -> Sequence[int]:
    """Statuses of `count` pictures sent at once, the first of which is still being analysed when the others come."""
    held = Held()
    window = Window(held)

    async def several() -> list[Answer]:
        first = asyncio.create_task(ask(window.app, "POST", window.path, [PICTURE]))
        assert await asyncio.to_thread(held.begun.wait, 20)  # the event loop is free while a picture is analysed
        others = []
        for _ in range(count - 1):
            others.append(asyncio.create_task(ask(window.app, "POST", window.path, [PICTURE])))
            await asyncio.sleep(0.01)
        held.go_on.set()
        return [await first, *[await other for other in others]]

    return [answer.status for answer in asyncio.run(several())]


def test_while_one_is_analysed_only_the_newest_waits():
    assert answers_while_held(MOST_AT_ONCE) == [200, 409, 409, 200]


def test_no_more_than_some_pictures_are_held_at_once():
    assert answers_while_held(MOST_AT_ONCE + 2)[-2:] == [429, 429]


def test_one_session_sees_nothing_of_another(window):
    other = ScreenSource(ScriptedAnalyzer([]), window.clock)
    told = window.post(PICTURE, path=f"/api/screen/{window.tokens.token(other)}").json()
    assert told["faces"] == []
    assert (window.source.status().frames, other.status().frames) == (0, 1)

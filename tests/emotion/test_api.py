"""The REST interface, asked as a server asks it: every status, every limit, who gets in."""

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount

from emotion.api import bodies
from emotion.api import work as work_module
from emotion.api.app import api
from emotion.api.counters import ApiCounters
from emotion.api.docs_page import docs_page
from emotion.api.openapi import document
from emotion.faces import Box, RGBImage
from emotion.images import MAX_BYTES, encode_png
from emotion.labels import EMOTIONS
from tests.asgi import Answer, ask
from tests.fakes import ConstantBackend, constant_classifier, make_face
from tests.scenes import jpeg

NOISE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
PICTURE = jpeg(NOISE)
TOKEN = "a-token-of-an-operator"
HERE = {"host": "localhost:8501"}


class Scripted:
    """An analyzer that finds the given faces; it may be held up, or fail."""

    def __init__(self, *boxes: Box, unsure_below: float = 0.0, error: Exception | None = None) -> None:
        self.classifier = constant_classifier(ConstantBackend(happy=0.9))
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.sizes: list[tuple[int, ...]] = []
        self._boxes, self._unsure_below, self._error = boxes, unsure_below, error

    def analyze(self, image: RGBImage):
        assert self.goes_on.wait(30)
        if self._error:
            raise self._error
        self.sizes.append(image.shape)
        return [make_face(box, self._unsure_below, happy=0.9) for box in self._boxes]


class Server:
    """The API at its address, with counters of its own."""

    def __init__(self, load) -> None:
        self.counters = ApiCounters()
        self.app = Starlette(routes=[Mount("/api/v1", app=api(load, self.counters))])

    async def send(
        self, method: str, path: str, pieces: Sequence[bytes] = (b"",), headers: Mapping[str, str] | None = None
    ) -> Answer:
        return await ask(self.app, method, f"/api/v1/{path}", pieces, {**HERE, **(headers or {})})

    def ask(self, method: str, path: str, **headers: str) -> Answer:
        return asyncio.run(self.send(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()}))

    async def send_picture(self, *pieces: bytes, kind: str = "image/jpeg", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        length = {"content-length": str(sum(map(len, pieces)))}
        return await self.send("POST", "predict", pieces, {"content-type": kind, **length, **named})

    def post(self, *pieces: bytes, kind: str = "image/jpeg", **headers: str) -> Answer:
        return asyncio.run(self.send_picture(*pieces, kind=kind, **headers))

    def post_form(self, *files: bytes, filename: str = '; filename="a.jpg"') -> Answer:
        return self.post(form(*files, filename=filename), kind="multipart/form-data; boundary=edge")


def form(*files: bytes, filename: str = '; filename="a.jpg"') -> bytes:
    head = f'--edge\r\nContent-Disposition: form-data; name="pictures"{filename}\r\n\r\n'.encode()
    return b"".join(head + file + b"\r\n" for file in files) + b"--edge--\r\n"


@pytest.fixture(autouse=True)
def no_token(monkeypatch):
    monkeypatch.delenv("API_TOKEN", raising=False)


@pytest.fixture
def analyzer() -> Scripted:
    return Scripted(Box(0, 0, 40, 40))


@pytest.fixture
def server(analyzer) -> Server:
    return Server(lambda: analyzer)


def problem_of(answer: Answer) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status
    assert told["title"]
    assert "Traceback" not in told["detail"]
    return str(told["detail"])


# --- what is answered


def test_a_raw_picture_is_answered_with_box_probabilities_emotion_and_quality(server):
    answer = server.post(PICTURE[:99], PICTURE[99:])
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["model"] == "constant"
    (picture,) = answer.json()["pictures"]
    assert (picture["width"], picture["height"]) == (64, 48)
    (face,) = picture["faces"]
    assert face["box"] == {"x1": 0, "y1": 0, "x2": 40, "y2": 40}
    assert face["emotion"] == "happy"
    assert [*face["probabilities"]] == [*EMOTIONS]
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert face["quality"]["obstacle"] is None
    assert face["quality"]["width_px"] == 40


def test_an_unsure_face_has_no_emotion_but_probabilities():
    unsure = Scripted(Box(0, 0, 40, 40), unsure_below=0.95)
    (face,) = Server(lambda: unsure).post(PICTURE).json()["pictures"][0]["faces"]
    assert face["emotion"] is None
    assert face["probabilities"]["happy"] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("picture", "box", "obstacle"),
    [
        (NOISE, Box(0, 0, 12, 12), "small"),
        (np.full((48, 64, 3), 3, np.uint8), Box(0, 0, 40, 40), "dark"),
        (np.tile(np.arange(0, 240, dtype=np.uint8)[None, :, None], (240, 1, 3)), Box(0, 0, 240, 240), "blurred"),
    ],
)
def test_a_face_that_cannot_be_read_says_why_and_names_no_emotion(picture, box, obstacle):
    (face,) = Server(lambda: Scripted(box)).post(encode_png(picture), kind="image/png").json()["pictures"][0]["faces"]
    assert (face["quality"]["obstacle"], face["emotion"]) == (obstacle, None)


def test_several_files_are_answered_in_their_order(server):
    answer = server.post_form(PICTURE, encode_png(np.full((60, 90, 3), 9, np.uint8)))
    assert answer.status == 200
    assert [(p["width"], p["height"]) for p in answer.json()["pictures"]] == [(64, 48), (90, 60)]


def test_a_picture_lying_on_its_side_is_turned_upright(server, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(NOISE).save(tmp_path / "side.jpg", exif=exif)
    (picture,) = server.post((tmp_path / "side.jpg").read_bytes()).json()["pictures"]
    assert (picture["width"], picture["height"]) == (48, 64)


def test_large_uploads_stay_off_the_disk(server, monkeypatch):
    monkeypatch.setattr("tempfile._io.open", None)  # what a spooled file opens when it leaves the memory
    monkeypatch.setattr("tempfile.TemporaryFile", None)
    wide = encode_png(np.random.default_rng(1).integers(0, 256, (900, 900, 3), dtype=np.uint8))
    assert len(wide) > 2_000_000
    assert server.post_form(wide, wide).status == 200


# --- wrong requests


@pytest.mark.parametrize(
    ("kind", "body", "status", "words"),
    [
        ("image/jpeg", b"", 400, "0 bytes"),
        ("image/jpeg", b"GIF89a nothing else", 415, "not a JPEG"),
        ("text/plain", PICTURE, 415, "text/plain"),
        ("application/x-www-form-urlencoded", PICTURE, 415, "Content-Type must be"),
        ("image/jpeg", PICTURE[: len(PICTURE) // 2], 422, "cut off"),
        ("multipart/form-data", form(PICTURE), 400, "boundary"),
        ("multipart/form-data; boundary=edge", b"nothing", 400, "multipart"),
        ("multipart/form-data; boundary=edge", form(PICTURE)[:-40], 400, "part"),
        ("multipart/form-data; boundary=edge", form(), 400, "must be a picture"),
        ("multipart/form-data; boundary=edge", form(b"text", filename=""), 400, "1 other"),
        ("multipart/form-data; boundary=edge", form(PICTURE, PICTURE[: len(PICTURE) // 2]), 422, "Picture 2 of 2"),
        ("multipart/form-data; boundary=edge", form(b""), 422, "0 bytes"),
        ("multipart/form-data; boundary=edge", form(*[PICTURE] * 9), 413, "at most 8 pictures"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_status(server, kind, body, status, words):
    answer = server.post(body, kind=kind)
    assert answer.status == status
    assert words in problem_of(answer)
    assert ("accept" in answer.headers) == (status == 415)
    assert server.counters.counts().answers == {status: 1}
    assert server.counters.counts().in_hand == 0


def test_a_compressed_body_is_refused(server):
    assert server.post(PICTURE, content_encoding="gzip").status == 415


def test_no_body_at_all_needs_a_length(server):
    assert server.ask("POST", "predict", content_type="image/jpeg").status == 411
    assert server.ask("POST", "predict", content_type="image/jpeg", content_length="-3").status == 400


@pytest.mark.parametrize("length", [str(MAX_BYTES + 1), "9" * 5000])
def test_a_body_that_says_it_is_too_large_is_refused_unread(server, length):
    taken: list[int] = []
    headers = {**HERE, "content-type": "image/jpeg", "content-length": length}
    answer = asyncio.run(ask(server.app, "POST", "/api/v1/predict", [b"x"], headers, taken))
    assert (answer.status, taken) == (413, [])


@pytest.mark.parametrize(
    ("kind", "head", "most"),
    [("image/jpeg", b"", MAX_BYTES), ("multipart/form-data; boundary=edge", form(b"")[:-12], bodies.MOST_BYTES)],
)
def test_a_body_in_chunks_is_read_no_further_than_its_limit(server, kind, head, most):
    taken: list[int] = []
    pieces = [head, *[bytes(1_000_000)] * 40]
    headers = {**HERE, "content-type": kind, "transfer-encoding": "chunked"}
    answer = asyncio.run(ask(server.app, "POST", "/api/v1/predict", pieces, headers, taken))
    assert answer.status == 413
    assert sum(taken) <= most + 1_000_000


def test_a_picture_of_too_many_pixels_is_refused_undecoded(server, analyzer):
    answer = server.post(encode_png(np.zeros((6001, 6001, 3), np.uint8)), kind="image/png")
    assert (answer.status, analyzer.sizes) == (413, [])
    assert "6001 x 6001" in problem_of(answer)


def test_a_body_that_does_not_go_on_is_given_up(server, monkeypatch):
    monkeypatch.setattr("emotion.api.app.BODY_WITHIN_S", 0.05)
    headers = {**HERE, "content-type": "image/jpeg", "content-length": "9999"}
    answer = asyncio.run(ask(server.app, "POST", "/api/v1/predict?open", [PICTURE], headers))
    assert answer.status == 408


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "predict", {"POST"}), ("POST", "health", {"GET", "HEAD"}), ("DELETE", "model", {"GET", "HEAD"})],
)
def test_another_method_is_told_which_are_allowed(server, method, path, allowed):
    answer = server.ask(method, path)
    assert answer.status == 405
    assert {*answer.headers["allow"].split(", ")} == allowed
    assert method in problem_of(answer)


@pytest.mark.parametrize("path", ["", "nothing", "predict/", "health/x"])
def test_other_addresses_do_not_exist(server, path):
    answer = server.ask("GET", path)
    assert answer.status == 404
    assert "/api/v1/docs" in problem_of(answer)


# --- the worker


def test_what_fails_inside_is_logged_and_not_told(caplog):
    answer = Server(lambda: Scripted(error=RuntimeError("secret"))).post(PICTURE)
    assert answer.status == 500
    assert "secret" not in problem_of(answer)
    assert "secret" in caplog.text


def test_a_full_queue_answers_429_and_health_does_not_wait(server, analyzer, monkeypatch):
    analyzer.goes_on.clear()

    async def crowd() -> tuple[Answer, float, Sequence[Answer]]:
        waiting = [asyncio.create_task(server.send_picture(PICTURE)) for _ in range(work_module.MOST_IN_HAND)]
        await asyncio.sleep(0.1)
        refused = await server.send_picture(PICTURE)
        began = time.monotonic()
        assert (await server.send("GET", "health")).status == 200
        took_s = time.monotonic() - began
        assert server.counters.counts().in_hand == work_module.MOST_IN_HAND
        analyzer.goes_on.set()
        return refused, took_s, await asyncio.gather(*waiting)

    refused, took_s, answers = asyncio.run(crowd())
    assert refused.status == 429
    assert refused.headers["retry-after"] == "1"
    assert took_s < 5  # the analysis stands still until after it
    assert {answer.status for answer in answers} == {200}
    counts = server.counters.counts()
    assert (counts.answers, counts.in_hand) == ({429: 1, 200: work_module.MOST_IN_HAND}, 0)
    assert (counts.pictures, counts.faces) == (work_module.MOST_IN_HAND, work_module.MOST_IN_HAND)


def test_bodies_together_hold_a_bounded_number_of_bytes(server, monkeypatch):
    monkeypatch.setattr(work_module, "MOST_HELD_BYTES", len(PICTURE) - 1)
    assert server.post(PICTURE).status == 429
    monkeypatch.setattr(work_module, "MOST_HELD_BYTES", len(PICTURE))
    assert [server.post(PICTURE).status for _ in range(3)] == [200] * 3  # given back each time


def test_without_a_network_it_is_unavailable_until_there_is_one(analyzer, caplog):
    there: list[Scripted] = []

    def load():
        if not there:
            raise FileNotFoundError("no model at /somewhere/secret.tflite")
        return there[0]

    server = Server(load)
    answer = server.post(PICTURE)
    assert answer.status == 503
    assert "/somewhere" not in problem_of(answer)
    assert "/somewhere" in caplog.text
    assert settled_health(server).status == 503
    there.append(analyzer)
    assert server.post(PICTURE).status == 200
    assert settled_health(server).json()["status"] == "ok"


def settled_health(server: Server) -> Answer:
    """The answer once the network is no longer loading."""
    deadline = time.monotonic() + 30
    while (answer := server.ask("GET", "health")).status == 200 and answer.json()["status"] == "loading":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return answer


def test_health_says_which_network_and_since_when(server):
    told = settled_health(server).json()
    assert told["status"] == "ok"
    assert told["model"].startswith("emotion_net-")
    assert told["backend"] == "LiteRT"
    assert told["uptime_s"] >= 0


def test_the_card_is_the_shipped_one(server):
    told = server.ask("GET", "model").json()
    assert told["labels"] == [*EMOTIONS]
    assert told["metrics"]


def test_a_missing_card_is_unavailable(server, monkeypatch, tmp_path):
    monkeypatch.setenv("EMOTION_MODEL", str(tmp_path / "none.tflite"))
    for path in ("model", "health"):
        answer = server.ask("GET", path)
        assert answer.status == 503
        assert str(tmp_path) not in problem_of(answer)


# --- who gets in


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer \xfc\xdf", f"Bearer {TOKEN}x"]
)
def test_with_a_token_set_all_else_is_refused(server, monkeypatch, given):
    monkeypatch.setenv("API_TOKEN", TOKEN)
    headers = {"authorization": given} if given else {}
    for answer in (server.post(PICTURE, **headers), server.ask("GET", "model", **headers)):
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer realm=")
        assert TOKEN not in problem_of(answer)


def test_with_the_token_it_is_answered_through_proxies_too(server, monkeypatch):
    monkeypatch.setenv("API_TOKEN", TOKEN)
    headers = {"authorization": f"bearer {TOKEN}", "x_forwarded_for": "203.0.113.9", "host": "mood.example"}
    assert server.post(PICTURE, **headers).status == 200
    assert server.ask("GET", "health").status == 200  # open: a host's monitor has no token


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 vegur"},
        {"host": "mood.example"},
        {"host": "[::1"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
)
def test_without_a_token_only_this_machine_is_answered(server, headers):
    for method, path in (("POST", "predict"), ("GET", "model")):
        answer = asyncio.run(server.send(method, path, headers=headers))
        assert answer.status == 403
        assert "API_TOKEN" in problem_of(answer)


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("127.8.8.8", 200), ("::1", 200), ("::ffff:127.0.0.1", 200)]
    + [(far, 403) for far in ("10.1.2.3", "203.0.113.9", "::ffff:10.1.2.3", "testclient")],
)
def test_only_a_loopback_address_is_this_machine(server, address, status):
    async def elsewhere(scope, receive, send):
        await server.app({**scope, "client": (address, 1)}, receive, send)

    answer = asyncio.run(ask(elsewhere, "GET", "/api/v1/model", headers={"host": "[::1]:8501"}))
    assert answer.status == status


def test_a_setting_that_is_wrong_opens_nothing(server, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "short")
    assert server.post(PICTURE).status == 503
    assert server.ask("GET", "model").status == 503


# --- the document and its page


def test_every_address_but_the_documents_is_in_the_document(server):
    routes = {route.path for route in api().routes}
    assert {*document()["paths"]} == routes - {"/openapi.json", "/docs"}
    assert server.ask("GET", "openapi.json").json() == document()


def test_the_docs_page_loads_nothing_and_names_everything(server):
    answer = server.ask("GET", "docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = answer.body.decode()
    assert page == docs_page(document())
    for word in ("src=", "<script", "<link", "@import", "url("):
        assert word not in page
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()} /api/v1{path}" in page
            assert all(f"<tr><td>{status}" in page for status in operation["responses"])
    assert "list of <a href='#FaceAnswer'>" in page


def test_no_file_of_the_api_writes_or_prints():
    for path in sorted(Path("emotion/api").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        assert not any(word in source for word in ("open(", "write_", "tempfile", "print("))

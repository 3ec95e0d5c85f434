"""Headers on every answer, and who could reach the page."""

import asyncio
import base64
import hashlib

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp

from emotion.entry.headers import HEADERS, SecurityHeaders, policy
from emotion.entry.reach import is_open_to_others
from tests.asgi import Answer, ask


def answer(app: ASGIApp, **headers: str) -> Answer:
    return asyncio.run(ask(SecurityHeaders(app), "GET", "/", headers=headers))


def test_every_answer_has_the_headers():
    told = answer(Response("a", 404)).headers
    assert {name.lower(): value for name, value in HEADERS.items()}.items() <= told.items()
    assert told["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in told["content-security-policy"]
    assert "camera=(self), display-capture=(self), microphone=()" in told["permissions-policy"]


def test_scripts_of_the_page_are_known_by_their_hashes_and_others_do_not_run():
    page = "<html><script>let a = 1</script><script src=b.js></script><script>\nb()\n</script>"
    scripts = next(part for part in policy(page).split("; ") if part.startswith("script-src"))
    digest = base64.b64encode(hashlib.sha256(b"let a = 1").digest()).decode()
    assert f"'sha256-{digest}'" in scripts
    assert scripts.count("sha256-") == 2
    assert "unsafe" not in scripts


def test_an_answers_own_headers_stay():
    told = answer(Response("a", headers={"Referrer-Policy": "no-referrer"})).headers
    assert told["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(("proto", "strict"), [("", False), ("http", False), ("https", True), ("HTTPS, http", True)])
def test_browsers_stay_with_https_once_they_came_by_it(proto, strict):
    told = answer(Response("a"), **({"x-forwarded-proto": proto} if proto else {})).headers
    assert ("strict-transport-security" in told) is strict


@pytest.mark.parametrize(
    ("address", "headers", "others"),
    [
        ("localhost", {"Host": "localhost:8501"}, False),
        ("127.0.0.1", {"Host": "127.0.0.1:8501"}, False),
        ("::1", {"Host": "[::1]:8501"}, False),
        ("localhost", {}, False),
        ("0.0.0.0", {"Host": "localhost:8501"}, True),
        (None, {"Host": "localhost:8501"}, True),
        ("192.168.1.7", {"Host": "192.168.1.7:8501"}, True),
        ("localhost", {"Host": "mood.school.example"}, True),
        ("localhost", {"Host": "localhost:8501", "X-Forwarded-For": "203.0.113.9"}, True),
    ],
)
def test_who_could_reach_the_page(address, headers, others):
    assert is_open_to_others(address, headers) is others

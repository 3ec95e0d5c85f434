"""Relay credentials from Twilio, played by a server on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from emotion import twilio

TOLD = {
    "ice_servers": [
        {"url": "stun:s.example:3478", "urls": "stun:s.example:3478"},
        {"url": "turn:t.example", "urls": "turn:t.example:443?transport=tcp", "username": "u", "credential": "c"},
    ]
}


class Twilio(BaseHTTPRequestHandler):
    answers: tuple[int, bytes] = (201, json.dumps(TOLD).encode())
    asked: tuple[str, str, bytes] = ("", "", b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked = self.path, self.headers["Authorization"], body
        status, answer = self.answers
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Twilio) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_credentials_are_asked_for_with_the_accounts_key(api):
    assert twilio.ice_servers("AC1", "secret", api) == [
        {"urls": "stun:s.example:3478"},
        {"urls": "turn:t.example:443?transport=tcp", "username": "u", "credential": "c"},
    ]
    path, key, body = Twilio.asked
    assert path == "/2010-04-01/Accounts/AC1/Tokens.json"
    assert key == "Basic QUMxOnNlY3JldA=="
    assert body == b"Ttl=7200"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((401, b"{}"), "Twilio answered 401: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
        ((503, b""), "Twilio answered 503"),
        ((200, b"<html>"), "no list of ICE servers"),
        ((200, b'{"ice_servers": [{"username": "u"}]}'), "no list of ICE servers"),
    ],
)
def test_what_went_wrong_is_told_without_the_token(api, monkeypatch, answers, words):
    monkeypatch.setattr(Twilio, "answers", answers)
    with pytest.raises(ValueError, match=words) as told:
        twilio.ice_servers("AC1", "secret", api)
    assert "secret" not in str(told.value)


def test_a_twilio_that_cannot_be_reached_is_told():
    with pytest.raises(ValueError, match="Twilio cannot be reached"):
        twilio.ice_servers("AC1", "secret", "http://127.0.0.1:9")

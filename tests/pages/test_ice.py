"""Which ICE servers browser and server get, from each of the places they may come from."""

import pytest

from emotion.pages import ice
from emotion.settings import Settings

CLOUDFLARE = [
    {
        "urls": [
            "stun:stun.cloudflare.com:3478",
            "turn:turn.cloudflare.com:3478?transport=udp",
            "turn:turn.cloudflare.com:3478?transport=tcp",
            "turns:turn.cloudflare.com:5349?transport=tcp",
        ],
        "username": "u",
        "credential": "c",
    }
]
TCP = {"urls": ["turn:turn.cloudflare.com:3478?transport=tcp"], "username": "u", "credential": "c"}
STUN = [{"urls": "stun:stun.example:3478"}]


def test_fetched_credentials_give_our_side_one_address_over_tcp(monkeypatch):
    monkeypatch.setattr(ice, "get_available_ice_servers", lambda: CLOUDFLARE)
    assert ice.configurations(Settings()) == ({"iceServers": CLOUDFLARE}, {"iceServers": [TCP]})


def test_a_public_stun_server_alone_serves_both_sides(monkeypatch):
    monkeypatch.setattr(ice, "get_available_ice_servers", lambda: STUN)
    assert ice.configurations(Settings()) == ({"iceServers": STUN}, {"iceServers": STUN})


def test_none_means_none_and_asks_nobody(monkeypatch):
    monkeypatch.setattr(ice, "get_available_ice_servers", lambda: pytest.fail("asked"))
    assert ice.configurations(Settings(stun_urls=())) == ({"iceServers": []}, {"iceServers": []})


def test_twilios_keys_are_used_and_their_failure_costs_no_page(monkeypatch):
    monkeypatch.setattr(ice, "get_available_ice_servers", lambda: STUN)
    monkeypatch.setattr(ice.twilio, "ice_servers", lambda sid, token: CLOUDFLARE if sid == "AC1" else fail())
    assert ice.configurations(Settings(twilio=("AC1", "t")))[1] == {"iceServers": [TCP]}
    assert ice.configurations(Settings(twilio=("AC2", "t")))[1] == {"iceServers": STUN}


def test_a_failure_is_not_waited_for_in_every_run_of_a_page(monkeypatch):
    asked = []
    monkeypatch.setattr(ice, "get_available_ice_servers", lambda: STUN)
    monkeypatch.setattr(ice.twilio, "ice_servers", lambda sid, token: asked.append(sid) or fail())
    for _ in range(3):
        assert ice.configurations(Settings(twilio=("AC3", "t")))[1] == {"iceServers": STUN}
    assert asked == ["AC3"]


def fail() -> None:
    raise ValueError("Twilio answered 401")

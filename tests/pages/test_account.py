"""Whether accounts are configured is known without reading secrets for every packet."""

import pytest

from emotion.pages import account
from emotion.pages.account import CONFIGURED_FOR_S, StreamlitAccount


@pytest.fixture
def secrets(monkeypatch):
    """What stands in the secrets' section, and how often it was looked for."""
    held = {"section": {}, "looked": 0}

    def section():
        held["looked"] += 1
        return held["section"]

    monkeypatch.setattr(account, "get_secrets_auth_section", section)
    return held


def test_a_thousand_requests_look_for_secrets_once(secrets):
    door = StreamlitAccount(clock=lambda: 0.0)
    assert not any(door.is_configured() for _ in range(1000))
    assert secrets["looked"] == 1


def test_what_is_configured_later_closes_the_door_within_a_second(secrets):
    now = 0.0
    door = StreamlitAccount(clock=lambda: now)
    assert not door.is_configured()
    secrets["section"] = {"client_id": "app"}
    now = CONFIGURED_FOR_S
    assert door.is_configured()
    secrets["section"] = {}
    assert door.is_configured()
    now = 2 * CONFIGURED_FOR_S
    assert not door.is_configured()

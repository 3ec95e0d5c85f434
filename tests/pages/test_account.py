"""Whether accounts are configured: read from real secrets, and not from secrets that are missing at each request."""

import pytest
from streamlit import config
from streamlit.runtime.secrets import Secrets, secrets_singleton

from emotion.pages.account import MISSING_FOR_S, StreamlitAccount

AUTH = '[auth]\nclient_id = "app"\n'


@pytest.fixture
def secrets(monkeypatch, tmp_path):
    """Streamlit's secrets, in a file that is not there yet."""
    file = tmp_path / "secrets.toml"
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    secrets_singleton._reset()
    monkeypatch.setattr(secrets_singleton, "_file_watchers_installed", True)  # the test itself says what changed
    yield file
    secrets_singleton._reset()
    config.set_option("secrets.files", before)


def test_a_thousand_requests_look_for_missing_secrets_once(secrets, monkeypatch):
    looked = 0
    parse = Secrets._parse

    def counted(self):
        nonlocal looked
        looked += 1
        return parse(self)

    monkeypatch.setattr(Secrets, "_parse", counted)
    door = StreamlitAccount(clock=lambda: 0.0)
    assert not any(door.is_configured() for _ in range(1000))
    assert looked == 1


def test_what_is_configured_later_closes_the_door_within_a_second(secrets):
    now = 0.0
    door = StreamlitAccount(clock=lambda: now)
    assert not door.is_configured()
    secrets.write_text(AUTH)
    assert not door.is_configured()
    now = MISSING_FOR_S
    assert door.is_configured()
    secrets.write_text("other = 1\n")
    secrets_singleton._on_secrets_changed(str(secrets))
    assert not door.is_configured()


@pytest.mark.parametrize("broken", ["[auth]\nclient_id = app\n", "APP_PASSWORD = correct horse\n", "\x00"])
def test_secrets_that_cannot_be_read_are_no_missing_secrets(secrets, broken):
    secrets.write_text(broken)
    door = StreamlitAccount()
    for _ in range(2):
        with pytest.raises(ValueError, match="cannot be read"):
            door.is_configured()
    secrets.write_text(AUTH)
    assert door.is_configured()


def test_a_bad_edit_of_a_running_server_is_told_until_it_is_mended(secrets):
    secrets.write_text(AUTH)
    door = StreamlitAccount()
    assert door.is_configured()
    secrets.write_text("[auth\n")
    with pytest.raises(Exception, match="parsing"):
        secrets_singleton._on_secrets_changed(str(secrets))
    with pytest.raises(ValueError, match="cannot be read"):
        door.is_configured()
    secrets.write_text(AUTH)
    assert door.is_configured()


def test_a_file_that_may_not_be_opened_is_no_missing_one(secrets):
    secrets.mkdir()  # to open it fails, also for root
    with pytest.raises(ValueError, match="cannot be read"):
        StreamlitAccount().is_configured()

"""The environment's variables, good and bad."""

from pathlib import Path

import pytest

from emotion.settings import DEFAULT_MODEL, REPOSITORY, Settings

TURN = {"TURN_USERNAME": "u", "TURN_PASSWORD": "p"}


def test_nothing_set_means_the_shipped_network_and_the_librarys_ice_servers():
    settings = Settings.from_env({})
    assert settings.model == DEFAULT_MODEL
    assert settings.browser_ice() is None
    assert settings.server_ice() is None


def test_no_stun_really_means_none():
    settings = Settings.from_env({"STUN_URL": "none"})
    assert settings.browser_ice() == {"iceServers": []}
    assert settings.server_ice() == {"iceServers": []}


def test_a_model_below_the_repository_is_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings.from_env({"EMOTION_MODEL": "model/x.keras"}).model == REPOSITORY / "model" / "x.keras"
    absolute = str(Path("/models/x.tflite"))
    assert Settings.from_env({"EMOTION_MODEL": absolute}).model == Path(absolute)


def test_browser_gets_all_turn_addresses_and_the_server_the_one_over_tcp():
    urls = "turn:relay.example:3478, turns:relay.example:443?transport=tcp"
    settings = Settings.from_env({"TURN_URL": urls, **TURN})
    (browser,) = settings.browser_ice()["iceServers"]
    assert browser["urls"] == ["turn:relay.example:3478", "turns:relay.example:443?transport=tcp"]
    (server,) = settings.server_ice()["iceServers"]
    assert server == {"urls": ["turns:relay.example:443?transport=tcp"], "username": "u", "credential": "p"}


def test_stun_and_turn_together():
    settings = Settings.from_env({"STUN_URL": "stun:s.example", "TURN_URL": "turn:t.example", **TURN})
    assert [server["urls"] for server in settings.browser_ice()["iceServers"]] == [
        ["stun:s.example"],
        ["turn:t.example"],
    ]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"TURN_URL": "turn:t.example"}, "TURN_USERNAME and TURN_PASSWORD"),
        (
            {"TURN_URL": "https://t.example", **TURN},
            "TURN_URL must begin with turn: or turns:, got 'https://t.example'",
        ),
        ({"STUN_URL": "s.example"}, "STUN_URL must begin with stun:"),
    ],
)
def test_a_wrong_variable_is_named(environ, message):
    with pytest.raises(ValueError, match=message):
        Settings.from_env(environ)


def test_the_smallest_face_that_matters():
    assert Settings.from_env({}).smallest_face_px == 40
    assert Settings.from_env({"SMALLEST_FACE_PX": " 64 "}).smallest_face_px == 64
    for wrong in ("small", "23", "401", "40.5", "-40"):
        with pytest.raises(ValueError, match=f"SMALLEST_FACE_PX must be a whole number of pixels.*{wrong}"):
            Settings.from_env({"SMALLEST_FACE_PX": wrong})


def test_lessons_are_in_the_data_folder_or_where_the_host_says(tmp_path):
    here = Settings.from_env({"DATA_FOLDER": str(tmp_path)})
    assert here.store_url() == f"sqlite:///{tmp_path / 'lessons.sqlite'}"
    assert here.drafts_folder() == tmp_path / "drafts"
    host = Settings.from_env({"DATABASE_URL": "postgres://u:p@h/d", "DATA_FOLDER": str(tmp_path)})
    assert host.store_url() == "postgres://u:p@h/d"
    assert host.drafts_folder() == tmp_path / "drafts"


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, Path("/data/class-mood")),
        ("linux", {}, Path.home() / ".local/share/class-mood"),
        ("darwin", {}, Path.home() / "Library/Application Support/class-mood"),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/class-mood")),
        ("win32", {}, Path.home() / "AppData/Local/class-mood"),
    ],
)
def test_each_system_has_its_place_for_data(monkeypatch, platform, environ, folder):
    monkeypatch.setattr("emotion.settings.sys.platform", platform)
    assert Settings.from_env(environ).data_folder == folder


def test_drafts_can_be_turned_off():
    assert Settings.from_env({}).keep_drafts
    assert Settings.from_env({"KEEP_DRAFTS": "1"}).keep_drafts
    assert Settings.from_env({"KEEP_DRAFTS": " 0 "}).drafts_folder() is None
    with pytest.raises(ValueError, match="KEEP_DRAFTS must be 1 or 0, got 'perhaps'"):
        Settings.from_env({"KEEP_DRAFTS": "perhaps"})


def test_a_wrong_database_is_named_without_its_password():
    with pytest.raises(ValueError, match=r"DATABASE_URL must begin with .*, got 'mysql://'") as told:
        Settings.from_env({"DATABASE_URL": "mysql://user:secret@host/d"})
    assert "secret" not in str(told.value)
    with pytest.raises(ValueError, match="DATABASE_URL must begin with") as told:
        Settings.from_env({"DATABASE_URL": "secret"})
    assert "secret" not in str(told.value)

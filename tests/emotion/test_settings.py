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


def test_no_secret_of_a_relay_is_in_the_settings_repr():
    keys = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "hush"}
    settings = Settings.from_env({"TURN_URL": "turn:t.example", "TURN_USERNAME": "u", "TURN_PASSWORD": "hush", **keys})
    assert settings.twilio == ("AC1", "hush")
    assert "hush" not in repr(settings)


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
        ({"REGION": "France"}, "REGION must be EU or empty, got 'France'"),
        ({"ALLOWED_USERS": "a@b.example, school.example"}, "ALLOWED_USERS must be addresses .* got 'school.example'"),
        ({"TWILIO_AUTH_TOKEN": "t"}, "TWILIO_AUTH_TOKEN is set, so TWILIO_ACCOUNT_SID must be set too"),
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_ACCOUNT_SID is set, so TWILIO_AUTH_TOKEN must be set too"),
    ],
)
def test_a_wrong_variable_is_named(environ, message):
    with pytest.raises(ValueError, match=message):
        Settings.from_env(environ)


def test_the_password_is_told_nowhere():
    settings = Settings.from_env({"APP_PASSWORD": " correct horse "})
    assert settings.app_password == "correct horse"
    assert "horse" not in repr(settings)
    with pytest.raises(ValueError, match="APP_PASSWORD must have at least 8 characters, got 7") as failure:
        Settings.from_env({"APP_PASSWORD": "hunter2"})
    assert "hunter2" not in str(failure.value)
    assert Settings.app_password_from_env({"APP_PASSWORD": "hunter2", "TURN_URL": "wrong"}) == "hunter2"


def test_nobody_may_enter_by_a_list_that_cannot_be_read():
    assert Settings.may_enter("a@school.example", {"ALLOWED_USERS": "@school.example"})
    assert not Settings.may_enter("a@school.example", {"ALLOWED_USERS": "school.example"})
    assert not Settings.may_enter("", {"ALLOWED_USERS": "@school.example"})


def test_the_smallest_face_that_matters():
    assert Settings.from_env({}).smallest_face_px == 40
    assert Settings.from_env({"SMALLEST_FACE_PX": " 64 "}).smallest_face_px == 64
    for wrong in ("small", "23", "401", "40.5", "-40"):
        with pytest.raises(ValueError, match=f"SMALLEST_FACE_PX must be a whole number of pixels.*{wrong}"):
            Settings.from_env({"SMALLEST_FACE_PX": wrong})


@pytest.mark.parametrize(
    "url",
    ["rtsp://10.0.0.7/stream", "https://cam.example:8443/live?x=1", "RTSPS://u:p@cam.example/1", "http://[::1]:8/"],
)
def test_a_classroom_camera_may_be_set(url):
    settings = Settings.from_env({"CAMERA_URL": f" {url} "})
    assert settings.camera_url == url
    assert url not in repr(settings)


@pytest.mark.parametrize(
    "url",
    ["/dev/video0", "file:///etc/passwd", "cam.example", "rtsp://", "http://u:hunter2@", "rtsp://u:hunter2@cam:99999/",
     "http://u:hunter2@cam/a b", "http://u:hunter2@[cam/", "ftp://u:hunter2@cam/"],
)  # fmt: skip
def test_a_wrong_camera_is_refused_without_telling_its_password(url):
    with pytest.raises(ValueError, match="CAMERA_URL") as failure:
        Settings.from_env({"CAMERA_URL": url})
    assert "hunter2" not in str(failure.value)
    assert failure.value.__cause__ is None


def test_without_a_camera_there_is_none():
    assert Settings.from_env({}).camera_url == ""


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


def test_the_apis_token_is_kept_to_itself():
    settings = Settings.from_env({"API_TOKEN": " 0123456789abcdef "})
    assert settings.api_token == "0123456789abcdef"
    assert settings.api_token not in repr(settings)
    assert Settings.from_env({}).api_token == ""


@pytest.mark.parametrize("token", ["short", "with a space in the middle", "über-sechzehn-zeichen"])
def test_a_token_that_cannot_be_sent_or_can_be_guessed_is_refused_without_being_told(token):
    with pytest.raises(ValueError, match="API_TOKEN must be at least 16") as error:
        Settings.from_env({"API_TOKEN": token})
    assert token not in str(error.value)

"""The container's files: linted, and in step with each other and with the Procfile."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emotion.settings import Settings
from tests.conftest import miss
from tests.hosts_files import REPOSITORY, dockerfile_command, dockerfile_lines, filled, variables, yaml_of
from tests.serving import free_port, running

VALUES = {
    "APP_PASSWORD": "correct horse",
    "REGION": "EU",
    "API_TOKEN": "a-token-of-an-operator",
    "DOMAIN": "mood.example",
    "METRICS_TOKEN": "a-token-of-prometheus",
    "PUBLIC_IP": "203.0.113.1",
    "POSTGRES_PASSWORD": "s",
    "TURN_PASSWORD": "t",
    "ALLOWED_USERS": "@mood.example",
    "CAMERA_URL": "rtsp://camera.example/1",
    "EMOTION_MODEL": "model/emotion_cnn_int8.tflite",
    "KEEP_DRAFTS": "0",
    "LOG_LEVEL": "DEBUG",
    "SMALLEST_FACE_PX": "80",
}
OF_THE_IMAGE = {"DATA_FOLDER"}
OTHER_RELAYS = {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}


def tool(name: str) -> str:
    """A program of the development set, beside this Python or on PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = shutil.which(name, path=path)
    if found is None:
        miss(f"no {name} here: pip install -r requirements-dev.txt")
    return found


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="hadolint comes for Linux only")
def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    run(tool("hadolint"), "Dockerfile")


def test_the_compose_file_follows_its_specification() -> None:
    run(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "compose.yaml")


def copied() -> dict[str, str]:
    """Source -> target of every file and folder that the image takes from the repository."""
    lines = [line.split() for line in dockerfile_lines("COPY") if not line.startswith("--from")]
    return {source: line[-1] for line in lines for source in line[:-1]}


def test_the_image_starts_what_the_procfile_starts() -> None:
    procfile = (REPOSITORY / "Procfile").read_text(encoding="utf-8").partition(": ")[2].strip()
    assert dockerfile_command() == ["sh", "-c", f"exec {procfile}"]


def test_the_image_has_the_hosts_python_and_a_user_that_is_not_root() -> None:
    version = (REPOSITORY / ".python-version").read_text(encoding="utf-8").strip()
    assert {line.split()[0] for line in dockerfile_lines("FROM")} == {f"python:{version}-slim-bookworm"}
    (user,) = dockerfile_lines("USER")
    assert int(user) > 1000


def test_nothing_but_what_the_image_needs_reaches_the_builder() -> None:
    ignored, *let_in = [
        line for line in (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] in "*!"
    ]
    assert ignored == "*"
    assert {line[1:] for line in let_in if line.startswith("!")} == set(copied())


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the image's command is for a POSIX shell")
def test_the_copied_files_are_enough_and_the_healthcheck_tells_up_from_down(tmp_path: Path) -> None:
    image = tmp_path / "app"
    for source, target in copied().items():
        if source == "requirements.txt":
            continue
        there = image / target / Path(source).name if target.endswith("/") else image / target
        there.parent.mkdir(parents=True, exist_ok=True)
        if (REPOSITORY / source).is_dir():
            shutil.copytree(REPOSITORY / source, there, ignore=shutil.ignore_patterns("__pycache__", "*.keras"))
        else:
            shutil.copy(REPOSITORY / source, there)
    port = free_port()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "PORT": str(port), "DATA_FOLDER": str(tmp_path / "data"), "HOME": str(tmp_path)}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "STUN_URL": "none"}
    before = sorted(image.rglob("*"))
    with running(dockerfile_command(), port, tmp_path / "log", environment, folder=image) as process:
        assert healthcheck(environment) == 0
        page = "import streamlit.testing.v1 as t; a = t.AppTest.from_file('app.py', default_timeout=60).run()\n"
        page += "import sys; sys.exit(bool(a.exception or a.error))"
        drawn = "from unittest.mock import patch\n"
        drawn += "with patch('streamlit_webrtc.component.get_this_session_info', lambda: None):\n"
        drawn += "".join(f"    {line}\n" for line in page.splitlines())
        done = subprocess.run(
            [sys.executable, "-c", drawn],
            cwd=image,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        assert process.poll() is None
    assert healthcheck(environment) != 0
    assert sorted(image.rglob("*")) == before, "the app writes beside its code: no read-only file system"


def healthcheck(environment: dict[str, str]) -> int:
    (line,) = dockerfile_lines("HEALTHCHECK")
    command = re.findall(r'"([^"]*)"', line.partition("CMD")[2])
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, timeout=30, check=False)
    return done.returncode


def test_the_compose_files_services_fit_together() -> None:
    services = yaml_of("compose.yaml")["services"]
    assert set(services) == {"app", "database", "turn", "proxy"}
    app = services["app"]
    environment = {name: filled(value, VALUES) for name, value in app["environment"].items()}
    settings = Settings.from_env(environment)
    assert settings.server_ice() == {
        "iceServers": [{"urls": ["turn:mood.example:3478?transport=tcp"], "username": "mood", "credential": "t"}]
    }
    database = {name: filled(value, VALUES) for name, value in services["database"]["environment"].items()}
    user, password, name = (database[f"POSTGRES_{part}"] for part in ("USER", "PASSWORD", "DB"))
    assert settings.database_url == f"postgresql://{user}:{password}@database:5432/{name}"
    relay = [filled(option, VALUES) for option in services["turn"]["command"]]
    assert f"--user={settings.turn_username}:{settings.turn_password}" in relay
    assert "--listening-port=3478" in relay
    assert settings.api_token == VALUES["API_TOKEN"]
    assert settings.metrics_token == VALUES["METRICS_TOKEN"]
    assert (settings.app_password, settings.region) == (VALUES["APP_PASSWORD"], "EU")
    assert (settings.allowed_users, settings.camera_url) == (("@mood.example",), VALUES["CAMERA_URL"])
    assert (settings.model.name, settings.keep_drafts) == ("emotion_cnn_int8.tflite", False)
    assert (settings.log_level, settings.smallest_face_px) == ("DEBUG", 80)
    assert app["read_only"] is True
    assert app["tmpfs"] == ["/tmp"]
    (volume,) = dockerfile_lines("VOLUME")
    assert app["volumes"] == [f"drafts:{volume}"]
    caddy = (REPOSITORY / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    (port,) = dockerfile_lines("EXPOSE")
    assert f"reverse_proxy app:{port}" in caddy
    assert f"PORT={port}" in dockerfile_lines("ENV")[0].split()


def test_the_compose_file_passes_on_every_setting_and_empty_ones_are_the_defaults() -> None:
    environment = yaml_of("compose.yaml")["services"]["app"]["environment"]
    assert set(environment) == variables() - OF_THE_IMAGE - OTHER_RELAYS
    optional = {name for name, value in environment.items() if value == f"${{{name}:-}}"}
    assert len(optional) == 9
    assert Settings.from_env(dict.fromkeys(optional, "")) == Settings.from_env({})


def test_every_value_that_the_compose_file_wants_is_in_the_example() -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+)", (REPOSITORY / "compose.yaml").read_text(encoding="utf-8")))
    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE)) == wanted == set(VALUES)

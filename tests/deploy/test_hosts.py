"""The files that hosts read: the Procfile's line is started for real, the others must say what hosts expect."""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts_files import variables
from tests.serving import answers_healthy, free_port, running

REPOSITORY = Path(__file__).resolve().parents[2]
COMPILED = ["requirements.txt", "requirements-train.txt", "requirements-dev.txt"]
STOP_S = 10  # Heroku sends SIGKILL after 30
WRITTEN = [name.replace(".txt", ".in") for name in COMPILED]


def read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    """Package -> version of a compiled file; a line that pins nothing is an error."""
    found = {}
    for line in read(name).splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin = re.fullmatch(r"([a-z0-9][a-z0-9-]*)==([0-9][\w.+!]*)( ; .+)?", line)
        assert pin is not None, f"{name}: {line!r} is not `package==version`"
        found[pin[1]] = pin[2]
    return found


# --- the Procfile


def procfile_command() -> str:
    process, _, command = read("Procfile").strip().partition(": ")
    assert process == "web"
    return command


def test_procfile_binds_the_port_that_the_host_gives() -> None:
    assert procfile_command() == (
        "streamlit run app.py --server.port=$PORT --server.address=0.0.0.0 --server.headless=true"
    )


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a Procfile is read by a POSIX shell")
def test_procfile_serves_health_and_page(tmp_path: Path) -> None:
    port = free_port()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "PORT": str(port), "STUN_URL": "none", "HOME": str(tmp_path)}
    with (
        running(procfile_command(), port, tmp_path / "log", environment),  # asks /_stcore/health until 200 "ok"
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer,
    ):
        assert answer.status == 200
        assert b"<html" in answer.read()
    deadline = time.monotonic() + STOP_S
    while answers_healthy(port):  # the shell is gone, the server below it closes its connections first
        assert time.monotonic() < deadline, f"still serving {STOP_S} s after SIGTERM"
        time.sleep(0.2)


# --- other files of hosts


def test_heroku_gets_a_python_that_all_wheels_support() -> None:
    assert read(".python-version").strip() == "3.12"


def test_heroku_is_told_of_variables_that_somebody_reads_and_of_a_database() -> None:
    from streamlit_webrtc import credentials

    told = json.loads(read("app.json"))
    readers = read("emotion/settings.py") + Path(credentials.__file__).read_text(encoding="utf-8")
    assert [name for name in told["env"] if f'"{name}"' not in readers] == []
    assert {"TURN_URL", "TURN_USERNAME", "TURN_PASSWORD"} <= set(told["env"])
    (database,) = told["addons"]
    assert database["plan"].startswith("heroku-postgresql:")
    assert database["as"] == "DATABASE"  # Heroku then sets DATABASE_URL
    assert told["formation"]["web"]["quantity"] == 1  # streams and lessons live in one process


def test_aptfile_lists_no_package() -> None:
    """`Aptfile` says what proved that none is needed; who adds one, changes that proof and this test."""
    assert [line for line in read("Aptfile").splitlines() if not line.startswith("#")] == []


def test_streamlit_knows_every_option() -> None:
    from streamlit import config

    options = tomllib.loads(read(".streamlit/config.toml"))
    names = list(dotted(options))
    assert names
    for name in names:
        config.get_option(name)  # RuntimeError for a name it does not know
    assert options["runner"]["magicEnabled"] is False
    assert options["browser"]["gatherUsageStats"] is False
    assert options["client"]["showErrorDetails"] == "none"
    assert "headless" not in options["server"]


def dotted(options: dict[str, object], prefix: str = "") -> Iterator[str]:
    for name, value in options.items():
        if isinstance(value, dict):
            yield from dotted(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_every_secret_in_the_example_is_read_by_somebody() -> None:
    from streamlit_webrtc import credentials

    text = read(".streamlit/secrets.toml.example")
    names = re.findall(r"^(?:# )?([A-Z][A-Z_]+) = ", text, flags=re.MULTILINE)
    readers = read("emotion/settings.py") + Path(credentials.__file__).read_text(encoding="utf-8")
    assert variables() <= set(names)
    assert [name for name in names if f'"{name}"' not in readers] == []
    assert set(tomllib.loads(text)) == {"TURN_URL", "TURN_USERNAME", "TURN_PASSWORD"}


# --- requirements


@pytest.mark.parametrize("name", COMPILED)
def test_every_package_is_pinned(name: str) -> None:
    assert len(pins(name)) > 30


def test_each_set_contains_the_smaller_one_with_the_same_versions() -> None:
    serving, training, development = map(pins, COMPILED)
    assert serving.items() <= training.items() <= development.items()
    assert "tensorflow" not in serving


@pytest.mark.parametrize(("source", "compiled"), zip(WRITTEN, COMPILED, strict=True))
def test_requirements_are_compiled_from_what_is_written(source: str, compiled: str) -> None:
    wanted = {package: version for package, version, _ in requirements(source)}
    assert wanted.items() <= pins(compiled).items(), "run `make requirements`"


@pytest.mark.parametrize("source", WRITTEN)
def test_every_requirement_gives_licence_and_reason(source: str) -> None:
    assert requirements(source)
    for package, _, comment in requirements(source):
        assert re.fullmatch(r"[\w .-]+; \S.{10,}", comment), f"{source}: {package} needs `# licence; reason`"


def requirements(source: str) -> list[tuple[str, str, str]]:
    """Package, version and comment of each line of an `.in` file."""
    found = []
    for line in read(source).splitlines():
        if line.strip() and not line.startswith(("#", "-r ")):
            written, _, comment = line.partition("#")
            package, _, version = written.partition(";")[0].strip().partition("==")
            assert version, f"{source}: {package} is not pinned"
            found.append((package.partition("[")[0], version, comment.strip()))
    return found


@pytest.mark.parametrize("name", COMPILED)
def test_opencv_is_the_headless_one_with_cascades(name: str) -> None:
    opencv = {package: version for package, version in pins(name).items() if package.startswith("opencv")}
    assert list(opencv) == ["opencv-python-headless"]
    assert int(opencv["opencv-python-headless"].partition(".")[0]) < 5


# --- nothing of one machine in the repository


def committed_texts() -> list[Path]:
    """What git would commit; in a copy without git, the files that this kind of trace would be in."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        patterns = ("requirements*", "Makefile", "*.toml", "Procfile", "Aptfile", ".ci/*", "*.md")
        return [path for pattern in patterns for path in REPOSITORY.glob(pattern)]
    return [REPOSITORY / name for name in listed if name and (REPOSITORY / name).is_file()]


def test_no_package_index_and_no_path_of_one_machine_is_committed() -> None:
    # Written in pieces, so that this file does not find itself.
    machine = "|".join(["/" + folder + "/" for folder in ("work", "root", "opt", "home/[a-z]+")])
    index = "|".join(["(?<!no-emit-)index-" + "url[ =]+\\S", "--find-" + "links[ =]+\\S", "simple/?" + r"\s*$"])
    trace = re.compile(rf"(?<![\w.~-])({machine})|https?://\S*/simple\b|({index})", re.MULTILINE)
    found = []
    for path in committed_texts():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(REPOSITORY)}: {match[0]!r}" for match in trace.finditer(text)]
    assert found == []

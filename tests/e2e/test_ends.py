"""How a server ends: asked to (SIGTERM), or killed in the middle of something; what was saved is there afterwards."""

import json
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from emotion.store import LessonStore
from tests.accepting import accept
from tests.e2e.test_lessons import SOON_MS
from tests.e2e.test_lessons import command as lessons_command
from tests.e2e.test_lessons import environment as lessons_environment
from tests.e2e.test_live import STREAM_STARTS_MS, camera, metric
from tests.lessons import made_up_lesson
from tests.serving import free_port, running, streamlit_command

pytestmark = pytest.mark.e2e

END_WITHIN_S = 5.0
WINDOWS = 240
"""Of the lesson of `lessons_page.py`."""
UPLOAD = b"not a picture of anybody, " * 800_000
BYTES_PER_S = 1_000_000


@pytest.fixture
def browser(browsers, astronaut_film) -> Iterator[Browser]:
    shared = browsers(f"--use-file-for-fake-video-capture={astronaut_film}")
    yield shared
    for context in shared.contexts:
        context.close()


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(permissions=["camera"], viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    if "?seed=" not in address:  # the other is a page without a notice
        accept(page)
    return page


@contextmanager
def mortal(command: list[str], port: int, log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server that may be dead at the end."""
    with suppress(ProcessLookupError), running(command, port, log, environment) as server:
        yield server


def kill(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGKILL)
    server.wait(30)


def app_environment(folder: Path) -> dict[str, str]:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    places = {"HOME": str(scratch), "TMPDIR": str(scratch), "DATA_FOLDER": str(folder / "data")}
    return {"STUN_URL": "none", "DATABASE_URL": "", "KEEP_DRAFTS": "1", **places}


def start_stream(page: Page) -> None:
    camera(page).get_by_role("button", name="START").click(timeout=STREAM_STARTS_MS)
    expect(metric(page, "Faces now")).to_have_text("1", timeout=STREAM_STARTS_MS)


def log_lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def saved_lessons(folder: Path) -> dict[str, int]:
    """Title -> windows of what is saved, from a file that SQLite itself finds whole."""
    file = folder / "lessons.sqlite"
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    store = LessonStore(f"sqlite:///{file}")
    found, _ = store.search(page_size=1000)
    lessons = {summary.title: len(store.get(summary.id).windows) for summary in found}
    store.close()
    return lessons


def test_streams_end_within_five_seconds_of_sigterm(browser, tmp_path):
    port, log = free_port(), tmp_path / "log"
    with mortal(streamlit_command(port), port, log, app_environment(tmp_path)) as server:
        pages = [opened(browser, f"http://localhost:{port}") for _ in range(2)]
        for page in pages:
            start_stream(page)
        asked = time.monotonic()
        server.send_signal(signal.SIGTERM)
        server.wait(END_WITHIN_S)
        assert server.returncode in (0, -signal.SIGTERM)
        for page in pages:
            page.wait_for_timeout(max(END_WITHIN_S - (time.monotonic() - asked), 0) * 1000)
            video = camera(page).locator("video")
            still = [video.evaluate("v => v.currentTime") for _ in range(2) if page.wait_for_timeout(700) is None]
            assert still[0] == still[1], "the picture goes on without a server"
    assert log_lines(log)[-1]["message"] == "the server ends"
    assert [line for line in log_lines(log) if line["level"] not in ("info", "debug")] == []
    assert "Traceback" not in log.read_text()
    assert [line for line in log.read_text().splitlines() if "127.0.0.1" in line and "URL:" not in line] == []


def test_a_lesson_that_is_being_saved_outlives_a_kill(browser, tmp_path):
    port = free_port()
    with mortal(streamlit_command(port), port, tmp_path / "log", app_environment(tmp_path)) as server:
        page = opened(browser, f"http://localhost:{port}")
        start_stream(page)
        page.get_by_label("Title", exact=True).fill("Algebra", timeout=SOON_MS)
        page.get_by_role("button", name="Save lesson").click()
        told = page.get_by_text(re.compile(r"Saved up to 0:\d\d"))
        expect(told).to_be_visible(timeout=SOON_MS)
        minutes, seconds = re.search(r"Saved up to (\d+):(\d\d)", told.inner_text()).groups()
        kill(server)
    # The title and every window that the page called saved.
    assert saved_lessons(tmp_path / "data")["Algebra"] * 5 >= 60 * int(minutes) + int(seconds)

    with running(streamlit_command(port), port, tmp_path / "log", app_environment(tmp_path)):
        page = opened(browser, f"http://localhost:{port}")
        page.get_by_role("tab", name="Lessons").click(timeout=SOON_MS)
        expect(page.locator('[class*="st-key-lesson-"]').filter(has_text="Algebra")).to_be_visible(timeout=SOON_MS)


def test_a_kill_during_an_upload_costs_no_lesson_and_leaves_no_file(browser, tmp_path):
    port, environment = free_port(), app_environment(tmp_path)
    (tmp_path / "data").mkdir()
    store = LessonStore(f"sqlite:///{tmp_path / 'data' / 'lessons.sqlite'}")
    store.save(made_up_lesson(WINDOWS, title="Poetry"))
    store.close()
    with mortal(streamlit_command(port), port, tmp_path / "log", environment) as server:
        page = opened(browser, f"http://localhost:{port}")
        page.get_by_role("tab", name="Recording").click(timeout=SOON_MS)
        field = page.get_by_role("tabpanel").locator("input[type=file]")
        field.wait_for(state="attached", timeout=SOON_MS)
        page.wait_for_timeout(1000)
        slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": BYTES_PER_S}
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
        with page.expect_request(re.compile("upload_file"), timeout=SOON_MS) as asked:
            field.set_input_files([{"name": "lesson.mp4", "mimeType": "video/mp4", "buffer": UPLOAD}])
        page.wait_for_timeout(2000)
        assert asked.value.timing["responseEnd"] < 0, "it is uploaded already"
        kill(server)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and UPLOAD[:100] in path.read_bytes()]
    assert left == []
    assert saved_lessons(tmp_path / "data") == {"Poetry": WINDOWS}

    with running(streamlit_command(port), port, tmp_path / "log", environment):
        page = opened(browser, f"http://localhost:{port}")
        page.get_by_role("tab", name="Lessons").click(timeout=SOON_MS)
        expect(page.locator('[class*="st-key-lesson-"]').filter(has_text="Poetry")).to_be_visible(timeout=SOON_MS)


def test_a_kill_during_a_write_leaves_whole_lessons_only(browser, tmp_path):
    """Killed at the first byte of a write, and a little later; each time the page had pressed Save just before."""
    data, said_saved = tmp_path / "data", set()
    log = data / "lessons.sqlite-wal"
    for round_number, later_s in enumerate((0.0, 0.0, 0.01)):
        port, title = free_port(), f"Round {round_number}"
        with mortal(lessons_command(port), port, tmp_path / "log", lessons_environment(data)) as server:
            page = opened(browser, f"http://localhost:{port}/?seed={round_number + 1}")
            first = page.get_by_label("Title", exact=True).first
            expect(first).to_be_visible(timeout=SOON_MS)
            first.fill(f"Before {round_number}")
            page.get_by_role("button", name="Save lesson").click()
            expect(page.get_by_text("Saved up to 20:00")).to_be_visible(timeout=SOON_MS)
            said_saved.add(f"Before {round_number}")

            other = opened(browser, f"http://localhost:{port}/?seed={round_number + 50}")
            field = other.get_by_label("Title", exact=True).first
            expect(field).to_be_visible(timeout=SOON_MS)
            field.fill(title)
            before = stamp(log)
            other.get_by_role("button", name="Save lesson").click(no_wait_after=True)
            deadline = time.monotonic() + 30
            while stamp(log) == before:
                assert time.monotonic() < deadline, "nothing was written"
                time.sleep(0.0005)
            time.sleep(later_s)
            kill(server)
            page.close()
            other.close()
        found = saved_lessons(data)
        print(
            f"killed {1000 * later_s:.0f} ms after the first byte: {title} is {'whole' if title in found else 'absent'}"
        )
        assert said_saved <= found.keys()
        assert set(found.values()) == {WINDOWS}, "half a lesson"
        said_saved = set(found)  # whatever the last round saved must stay, too

    port = free_port()
    with running(lessons_command(port), port, tmp_path / "log", lessons_environment(data)):
        page = opened(browser, f"http://localhost:{port}/?seed=1")
        for title in said_saved:
            expect(page.locator('[class*="st-key-lesson-"]').filter(has_text=title)).to_be_visible(timeout=SOON_MS)


def stamp(file: Path) -> tuple[int, int]:
    """Changes with every write to the file."""
    try:
        told = file.stat()
    except FileNotFoundError:
        return (0, 0)
    return told.st_size, told.st_mtime_ns

"""Saved lessons in a real browser: saved, found after a reload, compared, taken away, deleted; and after a crash.

The page is `lessons_page.py`, on servers of its own with data folders of their own.
"""

import csv
import json
import re
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from emotion.lesson_exports import WINDOW_COLUMNS
from emotion.store import LessonStore
from tests.lessons import made_up_lesson
from tests.serving import REPOSITORY, free_port, running

pytestmark = pytest.mark.e2e

SOON_MS = 30_000
PAGE = "tests/e2e/lessons_page.py"


def command(port: int) -> list[str]:
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    return [sys.executable, "-m", "streamlit", "run", PAGE, *options]


def environment(folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": str(REPOSITORY), "DATA_FOLDER": str(folder), "DATABASE_URL": "", "KEEP_DRAFTS": "1"}


@pytest.fixture
def browser(browsers):
    opened = browsers()
    yield opened
    for context in opened.contexts:
        context.close()


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, timezone_id="Europe/Berlin").new_page()
    page.goto(address)
    return page


def save(page: Page, title: str) -> None:
    field = page.get_by_label("Title", exact=True).first
    expect(field).to_be_visible(timeout=SOON_MS)
    field.fill(title)
    page.get_by_role("button", name="Save lesson").click()
    expect(page.get_by_text("Saved up to 20:00")).to_be_visible(timeout=SOON_MS)


def row(page: Page, title: str):
    return page.locator('[class*="st-key-lesson-"]').filter(has_text=title)


def tick(page: Page, title: str) -> None:
    """Streamlit's checkbox is an input below its label."""
    row(page, title).get_by_test_id("stCheckbox").locator("label").click()


def test_save_reload_compare_export_delete(browser, tmp_path):
    port = free_port()
    with running(command(port), port, tmp_path / "log", environment(tmp_path / "data")):
        address = f"http://localhost:{port}"
        page = opened(browser, f"{address}/?seed=1")
        expect(page.get_by_text("No lesson is saved yet.")).to_be_visible(timeout=SOON_MS)
        assert not (tmp_path / "data" / "lessons.sqlite").exists()
        save(page, "Algebra")
        page.goto(f"{address}/?seed=2")
        expect(row(page, "Algebra")).to_be_visible(timeout=SOON_MS)
        save(page, "Geometry")
        page.reload()
        expect(row(page, "Geometry")).to_be_visible(timeout=SOON_MS)

        tick(page, "Algebra")
        expect(page.get_by_role("heading", name="Algebra")).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_label(re.compile("^Timeline up to")).first).to_be_visible(timeout=SOON_MS)
        tick(page, "Geometry")
        expect(page.get_by_role("heading", name="Compared")).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_label(re.compile("^smile-like share.* A .*%; B .*%")).first).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_text("Marker by marker")).to_be_visible()
        expect(page.get_by_role("cell", name="2 Quiz")).to_have_count(2)

        # Two more, saved by another process meanwhile.
        store = LessonStore(f"sqlite:///{tmp_path / 'data' / 'lessons.sqlite'}")
        for number, title in enumerate(("Fractions", "Poetry")):
            store.save(made_up_lesson(40, seed=number, title=title))
        store.close()
        page.get_by_role("radio", name="neutral").click()
        for number, title in enumerate(("Fractions", "Poetry"), start=3):
            expect(row(page, title)).to_be_visible(timeout=SOON_MS)
            tick(page, title)
            expect(page.get_by_test_id("stTable").first.locator("tbody tr")).to_have_count(number, timeout=SOON_MS)

        for kind, ending in (("CSV", "csv"), ("JSON", "json"), ("Report", "html")):
            with page.expect_download(timeout=SOON_MS) as downloading:
                page.get_by_role("button", name=kind).first.click()
            downloading.value.save_as(tmp_path / f"lesson.{ending}")
        with (tmp_path / "lesson.csv").open(encoding="utf-8", newline="") as file:
            rows = [*csv.DictReader(file)]
        assert tuple(rows[0]) == WINDOW_COLUMNS
        assert len(rows) == 240
        assert json.loads((tmp_path / "lesson.json").read_text(encoding="utf-8"))["title"] == "Algebra"
        report_opens_without_a_network(browser, tmp_path / "lesson.html")

        row(page, "Algebra").get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Delete for good").click()
        expect(row(page, "Algebra")).to_have_count(0, timeout=SOON_MS)
        expect(page.get_by_test_id("stTable").first.locator("tbody tr")).to_have_count(3, timeout=SOON_MS)
        page.reload()
        expect(row(page, "Geometry")).to_be_visible(timeout=SOON_MS)
        expect(row(page, "Algebra")).to_have_count(0)


def report_opens_without_a_network(browser: Browser, report: Path) -> None:
    context = browser.new_context(offline=True)
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", name="Algebra")).to_be_visible()
    expect(page.get_by_role("img", name="Expressions over time")).to_be_visible()
    expect(page.get_by_role("heading", name="Coverage")).to_be_visible()
    assert asked == [report.as_uri()]
    context.close()


def test_a_lesson_is_recovered_after_the_server_was_killed(browser, tmp_path):
    port, drafts = free_port(), tmp_path / "data" / "drafts"
    first = running(command(port), port, tmp_path / "first-log", environment(tmp_path / "data"))
    with suppress(ProcessLookupError), first as server:  # nothing is left to be ended at the end
        page = opened(browser, f"http://localhost:{port}/?seed=1")
        page.wait_for_url(re.compile("lesson="), timeout=SOON_MS)
        deadline = time.monotonic() + 30
        while not (drafts.is_dir() and [*drafts.glob("[!.]*.json")]):
            assert time.monotonic() < deadline, "no draft was kept"
            page.wait_for_timeout(200)
        address = page.url
        server.send_signal(signal.SIGKILL)
        server.wait(30)
        page.close()
    assert not (tmp_path / "data" / "lessons.sqlite").exists()

    with running(command(port), port, tmp_path / "second-log", environment(tmp_path / "data")):
        other = opened(browser, f"http://localhost:{port}/?seed=1")
        expect(other.get_by_text("Not saved: only you decide that.")).to_be_visible(timeout=SOON_MS)
        assert other.get_by_text("Recover the lesson").count() == 0
        other.close()

        page = opened(browser, address)
        expect(page.get_by_text("Recover the lesson of")).to_be_visible(timeout=SOON_MS)
        page.get_by_role("button", name="Recover").click()
        recovered = page.locator('[class*="st-key-recovered-"]').first
        expect(recovered).to_be_visible(timeout=SOON_MS)
        recovered.get_by_label("Title").fill("Before the crash")
        recovered.get_by_role("button", name="Save lesson").click()
        expect(recovered.get_by_text("Saved")).to_be_visible(timeout=SOON_MS)
        page.reload()
        expect(row(page, "Before the crash")).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_text("Recover the lesson of")).to_have_count(0)

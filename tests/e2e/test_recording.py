"""A recording in a real browser: uploaded, analysed, shown, taken away as numbers and as a drawn video."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.uploads import give
from tests.films import film
from tests.scenes import on_background

pytestmark = pytest.mark.e2e

DONE_MS = 60_000


def test_a_recording_becomes_a_timeline(open_page, astronaut, tmp_path):
    recording = tmp_path / "lesson.mp4"
    recording.write_bytes(film([on_background(astronaut, 640, 480)] * 120, rate=10))
    page = open_page()
    page.get_by_role("tab", name="Recording").click()
    give(page, [recording])
    begin = page.get_by_role("button", name="Analyse", exact=True)
    expect(begin).to_be_enabled(timeout=DONE_MS)
    page.get_by_text("Make a video with boxes and captions").click()
    expect(page.get_by_role("switch", name="Make a video").or_(page.get_by_label("Make a video"))).to_be_checked(
        timeout=DONE_MS
    )
    page.wait_for_timeout(1000)  # the page is drawn anew with it
    begin.click()
    expect(page.get_by_text(re.compile("0:15 long, 1.0 readable faces in the mean"))).to_be_visible(timeout=DONE_MS)
    expect(page.get_by_label(re.compile("Timeline up to 0:15; now smile-like .*%")).first).to_be_visible(
        timeout=DONE_MS
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = download.value.path().read_text().splitlines()
    assert len(rows) == 4
    assert download.value.suggested_filename == "lesson.csv"
    with page.expect_download() as download:
        page.get_by_role("button", name="Video with boxes").click()
    assert download.value.path().read_bytes()[4:8] == b"ftyp"


def test_a_zip_named_mp4_is_told(open_page, tmp_path):
    recording = tmp_path / "lesson.mp4"
    recording.write_bytes(b"PK\x03\x04" + bytes(2000))
    page = open_page()
    page.get_by_role("tab", name="Recording").click()
    give(page, [recording])
    begin = page.get_by_role("button", name="Analyse", exact=True)
    expect(begin).to_be_enabled(timeout=DONE_MS)
    begin.click()
    expect(page.get_by_text("lesson.mp4: it is no video that can be read")).to_be_visible(timeout=DONE_MS)

"""A lesson in a real browser: it is counted, marked, paused, ended and erased."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.test_live import STREAM_STARTS_MS, camera, metric

pytestmark = pytest.mark.e2e

SOON_MS = 20_000


def test_a_lesson_from_its_first_picture_to_its_erasure(open_page, astronaut_film):
    page = open_page(astronaut_film)
    expect(page.get_by_text("It begins with the first picture after START.")).to_be_visible()
    camera(page).get_by_role("button", name="START").click()
    expect(metric(page, "Faces now")).to_have_text("1", timeout=STREAM_STARTS_MS)
    expect(page.get_by_text(re.compile(r"Running for 0:\d\d"))).to_be_visible(timeout=SOON_MS)

    page.get_by_label("Marker").fill("group work")
    page.get_by_role("button", name="Mark", exact=True).click()

    # The first window is whole after five seconds, the chart follows within as many.
    expect(page.get_by_label(re.compile("Timeline up to .*smile-like .*%")).first).to_be_visible(
        timeout=STREAM_STARTS_MS
    )
    expect(page.get_by_label(re.compile("smile-like: .*truly between")).first).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text(re.compile("^Mostly smile-like"))).to_be_visible(timeout=SOON_MS)

    page.get_by_text("Files", exact=True).click()
    expect(page.get_by_role("button", name="Report")).to_be_visible(timeout=SOON_MS)
    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    report = download.value.path().read_text(encoding="utf-8")
    assert "group work" in report
    assert "smile-like" in report

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused; the timeline will have a gap.")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text(re.compile(r"Running for"))).to_be_visible(timeout=SOON_MS)

    # The lesson outlives the stream.
    camera(page).get_by_role("button", name="STOP").click()
    expect(page.get_by_text("Press START and allow the camera")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_label(re.compile("Timeline up to")).first).to_be_visible(timeout=SOON_MS)

    page.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_text(re.compile("^Ended, 0:.* long"))).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Erase").click()
    page.get_by_role("button", name="End and erase").click()
    expect(page.get_by_text("It begins with the first picture after START.")).to_be_visible(timeout=SOON_MS)

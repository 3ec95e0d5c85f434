"""The browser's part of a shared window, on a page without an app: what it says when its token is replaced."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from emotion.pages import screen
from tests.e2e.test_sources import SHARE, SOON_MS

pytestmark = pytest.mark.e2e

ADDRESS = "http://localhost:9/"
SCRIPT = (Path(screen.__file__).parent / "screen_share.js").read_text(encoding="utf-8")
# A canvas stands in for the window that is shared; asked for another token, the page brings "new".
PAGE = """async ([source, html, data]) => {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const shared = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    const paint = () => shared.getContext("2d").fillRect(0, 0, 640, 360);
    paint();
    setInterval(paint, 100);
    return shared.captureStream(10);
  };
  document.body.innerHTML = html;
  window.asked = [];
  const part = await import("data:text/javascript," + encodeURIComponent(source));
  const show = (token) => part.default({
    parentElement: document.body,
    data: { ...data, token },
    setStateValue: () => {},
    setTriggerValue: (name) => { window.asked.push(name); setTimeout(() => show("new"), 200); },
  });
  show("old");
}"""


def test_its_words_return_when_the_page_has_brought_another_token(browsers):
    page = browsers().new_page()

    def answer(route: Route) -> None:
        if route.request.url == ADDRESS:
            route.fulfill(body="<!doctype html><title>Shared window</title>", content_type="text/html")
        elif route.request.url.endswith("/old"):
            route.fulfill(status=404, json={})
        else:
            route.fulfill(body=json.dumps({"width": 640, "height": 360, "faces": []}), content_type="application/json")

    page.route("**", answer)
    page.goto(ADDRESS)
    data = {"rate": 2, "style": "labels", "looks": screen.looks(), "sharing": False}
    page.evaluate(PAGE, [SCRIPT, screen.HTML, data])
    page.get_by_role("button", name=SHARE).click()
    expect(page.get_by_text("The app has forgotten this window")).to_be_visible(timeout=SOON_MS)
    with page.expect_response("**/api/screen/new", timeout=SOON_MS):
        pass
    expect(page.get_by_text("Sharing. You may go to another window")).to_be_visible(timeout=SOON_MS)
    assert page.evaluate("asked") == ["lost"]
    page.close()

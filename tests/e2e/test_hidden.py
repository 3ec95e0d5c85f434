"""The teacher looks at the video call: the page is a tab behind it, and goes on."""

import time

import pytest

from tests.accepting import ACCEPT
from tests.e2e.conftest import FLAGS
from tests.e2e.tabs import Tab, tab

pytestmark = pytest.mark.e2e

RATE = 2.0
"""Pictures a second that are sent of a shared window, unless the teacher chose otherwise."""
LOOKED_S = 8.0
ALL = """(function all(root) {
  return [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
})(document)"""
BUTTON = ALL + """.find((one) => one.matches("button") && one.textContent.includes("@NAME@"))"""
SAID = ALL + """.some((one) => !one.children.length && one.textContent.includes("@WORDS@"))"""
# What is sent, kept by its length and first bytes after the tables: a picture that stands still would repeat itself.
KEEP = """(() => {
  const send = window.fetch;
  window.kept = new Set();
  window.fetch = async (address, options) => {
    if (String(address).includes("/api/screen/")) {
      const bytes = new Uint8Array(await options.body.arrayBuffer());
      kept.add(bytes.length + ":" + bytes.slice(-2000).join());
    }
    return send(address, options);
  };
})()"""
SENT = """performance.getEntriesByType("resource").filter((e) => e.name.includes("/api/screen/")).length"""


def press(page: Tab, name: str) -> None:
    button = BUTTON.replace("@NAME@", name)
    page.wait_for(f"(button => Boolean(button) && !button.disabled)({button})")
    page.evaluate(f"{button}.click()")


def sent_a_second(page: Tab) -> float:
    first, began = page.evaluate(SENT), time.monotonic()
    time.sleep(LOOKED_S)
    return float(page.evaluate(SENT) - first) / (time.monotonic() - began)


def test_a_shared_window_is_read_on_while_its_page_is_hidden(chromium, app_url):
    with tab(chromium, app_url, *FLAGS) as page:
        press(page, ACCEPT)
        press(page, "Shared window")
        press(page, "Share a window")
        page.wait_for(SAID.replace("@WORDS@", "Sharing. You may go"))
        page.wait_for(f"{SENT} > 2")
        visible = sent_a_second(page)
        page.hide()
        page.wait_for("document.visibilityState === 'hidden'")
        page.evaluate(KEEP)
        hidden = sent_a_second(page)
        different = page.evaluate("kept.size")
        print(f"sent a second: {visible:.2f} visible, {hidden:.2f} hidden; {different} pictures differ")
        page.show()
        page.wait_for("document.visibilityState === 'visible'")
        page.wait_for(SAID.replace("@WORDS@", "frames analysed"))
    assert different > 0.5 * hidden * LOOKED_S, "the same picture again and again"
    assert hidden > 0.5 * min(visible, RATE), (visible, hidden)

"""Cameras in a real browser: several pages of the app, each with a film of a real face in the place of a camera."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from skimage import data

from tests.e2e.conftest import FLAGS
from tests.e2e.test_live import camera, metric
from tests.scenes import on_background, write_mjpeg

STARTS_MS = 120_000
"""Browser and server share two cores."""
SHOWN = [
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]
"""A page that is not in front would send fewer pictures."""


@contextmanager
def streaming(url: str, count: int) -> Iterator[list[Page]]:
    """`count` pages whose streams run and show a face."""
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        raise FileNotFoundError("no Chromium on PATH: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = Path(folder) / "astronaut.mjpeg"
        scene = on_background(data.astronaut(), 640, 480)
        write_mjpeg(film, [scene[:, : 640 - 8].copy() if step % 2 else scene[:, 8:].copy() for step in range(30)])
        flags = [*FLAGS, *SHOWN, f"--use-file-for-fake-video-capture={film}"]
        browser = playwright.chromium.launch(executable_path=browser_path, args=flags)
        try:
            pages = [
                browser.new_context(permissions=["camera"], viewport={"width": 360, "height": 240}).new_page()
                for _ in range(count)
            ]
            for page in pages:
                page.goto(url, timeout=STARTS_MS)
                notice = page.get_by_role("button", name="accept and go on")  # where one stands before all else
                notice.or_(page.get_by_role("tab", name="Live")).first.wait_for(timeout=STARTS_MS)
                if notice.count():
                    notice.click()
            starts = [camera(page).get_by_role("button", name="START") for page in pages]
            for start in starts:  # all pages are whole before the first stream takes the processor
                start.wait_for(timeout=STARTS_MS)
            for page, start in zip(pages, starts, strict=True):
                start.click(timeout=STARTS_MS)
                metric(page, "Faces now").filter(has_text="1").wait_for(timeout=STARTS_MS)
            yield pages
        finally:
            browser.close()

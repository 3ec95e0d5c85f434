"""Make the README's picture from the real app: `python -m tests.e2e.screenshot OUT.png`.

The camera shows scikit-image's `astronaut()` (NASA, public domain).
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from skimage import data

from tests.accepting import accept
from tests.e2e.conftest import FLAGS
from tests.scenes import on_background, write_mjpeg
from tests.serving import free_port, running, streamlit_command

FILMED_S = 8


def main(out: Path) -> None:
    """Start the app, press START, wait until the numbers stand, take the picture."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = Path(folder) / "film.mjpeg"
        write_mjpeg(film, [on_background(data.astronaut(), 640, 480)] * 30)
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
        with running(streamlit_command(port), port, Path(folder) / "log", {"STUN_URL": "none"}):
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
            page = browser.new_context(permissions=["camera"], viewport={"width": 1280, "height": 900}).new_page()
            page.goto(f"http://localhost:{port}")
            accept(page)
            camera = page.frame_locator('iframe[title*="webrtc_streamer"]')
            camera.get_by_role("button", name="START").click(timeout=60_000)
            page.get_by_text("Expressions of the last 3 seconds").wait_for(timeout=30_000)
            page.wait_for_timeout(FILMED_S * 1000)
            page.screenshot(path=out)
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

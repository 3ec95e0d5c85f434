"""The app in a real browser with a fake camera."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.accepting import ACCEPT, accept
from tests.scenes import on_background, write_mjpeg
from tests.serving import free_port, running, streamlit_command

FLAGS = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def app_scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The running app's temporary folder and home, where nothing should appear."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory, app_scratch: Path) -> Iterator[tuple[str, int]]:
    """The running app's address and process id; it uses no STUN, as on a laptop without network."""
    port = free_port()
    log = tmp_path_factory.mktemp("app") / "log.txt"
    scratch = {name: str(app_scratch) for name in ("HOME", "TMPDIR")}
    data = {"DATA_FOLDER": str(tmp_path_factory.mktemp("data"))}  # drafts of lessons may appear there
    with running(
        streamlit_command(port), port, log, {"STUN_URL": "none", "DATABASE_URL": "", **scratch, **data}
    ) as process:
        yield f"http://localhost:{port}", process.pid


@pytest.fixture(scope="session")
def app_url(app: tuple[str, int]) -> str:
    """The address of the running app."""
    return app[0]


@pytest.fixture(scope="session")
def astronaut_film(tmp_path_factory: pytest.TempPathFactory, astronaut) -> Path:
    """Two seconds of one real face in a wider scene, moving a little."""
    path = tmp_path_factory.mktemp("camera") / "astronaut.mjpeg"
    scene = on_background(astronaut, 640, 480)
    write_mjpeg(path, [scene[:, : 640 - 8].copy() if step % 2 else scene[:, 8:].copy() for step in range(30)])
    return path


@pytest.fixture(scope="package")
def browsers(chromium: str) -> Iterator[Callable[..., Browser]]:
    """Call with Chromium's own flags; each choice of them is started once, as a start takes a second or two.

    Of this folder only: while Playwright runs, no test of another could use `asyncio.run`.
    """
    with sync_playwright() as playwright:
        started: dict[tuple[str, ...], Browser] = {}

        def with_flags(*flags: str) -> Browser:
            if flags not in started or not started[flags].is_connected():
                for idle in [key for key, one in started.items() if not one.contexts]:
                    started.pop(idle).close()  # a test that measures the pace has the machine to itself
                started[flags] = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags])
            return started[flags]

        yield with_flags
        for one in started.values():
            one.close()


@pytest.fixture
def open_page(browsers: Callable[..., Browser], app_url: str) -> Iterator[Callable[..., Page]]:
    """Call with a film for the camera (or none) and context options; opens the app, answers its notice and waits
    for its tabs.

    Each page has a context of its own, which shares nothing with others and ends with the test. A `script` runs in the
    page before its own; `url` is another app's address; `flags` are more of Chromium's.
    """
    console: list[str] = []
    with ExitStack() as stack:

        def open_with(
            film: Path | None = None,
            script: str = "",
            url: str = app_url,
            flags: Sequence[str] = (),
            answer: str = ACCEPT,
            **context: object,
        ) -> Page:
            filmed = [f"--use-file-for-fake-video-capture={film}"] if film else []
            opened = browsers(*flags, *filmed).new_context(
                permissions=["camera"], viewport={"width": 1280, "height": 900}, **context
            )
            stack.callback(opened.close)
            page = opened.new_page()
            page.on("console", lambda message: console.append(message.text))
            page.add_init_script(script)
            page.goto(url)
            accept(page, answer)
            return page

        yield open_with
    assert [text for text in console if "Content Security Policy" in text] == []

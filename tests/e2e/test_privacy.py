"""What the page promises, on a whole visit: nothing of a picture is kept, nobody else is asked, no rule is broken.

The visit has a stream, a shared window, a photo, a recording and a saved lesson.
"""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, Response, expect

from tests.accepting import ACCEPT, accept
from tests.audited import audited, is_of_this_machine, told
from tests.e2e.asked import ASKED
from tests.e2e.test_live import STREAM_STARTS_MS, camera, metric
from tests.e2e.test_sources import choose, share
from tests.e2e.uploads import give
from tests.films import film
from tests.scenes import on_background
from tests.serving import free_port, running, streamlit_command

pytestmark = pytest.mark.e2e

SOON_MS = 45_000
MARK = b"a mark that only these pictures hold"
PLACE = (52.0, 31.0, 12.34)
MAGIC = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n", "MP4": b"ftypisom", "mark": MARK}
ASKED_FOR_LIBRARIES = {"ldconfig", "gcc", "cc", "ld", "objdump"}
"""Programs that Python's own `ctypes.util.find_library` runs."""


def marked_jpeg(picture) -> bytes:
    """Above a megabyte, with a place and a mark in its EXIF."""
    exif = Image.Exif()
    exif[0x010E] = MARK.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: PLACE, 3: "E", 4: PLACE})
    file = io.BytesIO()
    large = Image.fromarray(on_background(picture, 1920, 1080))
    large.effect_spread(2).save(file, "JPEG", quality=100, subsampling=0, exif=exif, comment=MARK)
    assert len(file.getvalue()) > 1_100_000
    return file.getvalue()


@dataclass
class Visit:
    """What was seen in the browser, and where the server worked."""

    folder: Path
    port: int
    hosts: set[str] = field(default_factory=set)
    console: list[str] = field(default_factory=list)
    given: dict[str, bytes] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    notice: str = ""


@pytest.fixture(scope="module")
def visit(browsers, astronaut, astronaut_film, tmp_path_factory) -> Visit:
    folder = tmp_path_factory.mktemp("visit")
    seen = Visit(folder, free_port())
    for name in ("home", "tmp", "data"):
        (folder / name).mkdir()
    command, environment = audited(streamlit_command(seen.port), folder)
    environment |= {"STUN_URL": "none", "DATABASE_URL": "", "DATA_FOLDER": str(folder / "data")}
    environment |= {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "LOG_LEVEL": "DEBUG"}
    with running(command, seen.port, folder / "log", environment):
        browser = browsers(f"--use-file-for-fake-video-capture={astronaut_film}")
        context = browser.new_context(permissions=["camera"], viewport={"width": 1280, "height": 900})
        page = context.new_page()
        watch(page, seen)
        page.add_init_script(ASKED)
        page.goto(f"http://localhost:{seen.port}")
        expect(page.get_by_role("button", name=ACCEPT)).to_be_visible(timeout=60_000)
        page.wait_for_timeout(1000)
        seen.asked.append(page.evaluate("asked"))
        seen.notice = page.locator("body").inner_text()
        accept(page)
        use(page, seen, astronaut)
        seen.asked.append(page.evaluate("asked"))
        context.close()
    return seen


def watch(page: Page, seen: Visit) -> None:
    def keep(answer: Response) -> None:
        if answer.headers.get("content-type", "").startswith("image/") and answer.ok:
            seen.given[answer.url] = answer.body()

    page.on("console", lambda message: seen.console.append(message.text))
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).netloc))
    page.on("requestfinished", lambda request: keep(request.response()))
    page.on("websocket", lambda socket: seen.hosts.add(urlsplit(socket.url).netloc))


def use(page: Page, seen: Visit, astronaut) -> None:
    camera(page).get_by_role("button", name="START").click(timeout=SOON_MS)
    expect(metric(page, "Faces now")).to_have_text("1", timeout=STREAM_STARTS_MS)
    page.get_by_label("Title", exact=True).fill("Algebra", timeout=SOON_MS)
    page.get_by_role("button", name="Save lesson").click(timeout=SOON_MS)
    expect(page.get_by_text(re.compile(r"Saved up to 0:\d\d"))).to_be_visible(timeout=SOON_MS)
    camera(page).get_by_role("button", name="STOP").click()
    expect(page.get_by_text("Press START and allow the camera")).to_be_visible(timeout=SOON_MS)
    share(page)
    expect(page.get_by_text("Sharing. You may go to another window")).to_be_visible(timeout=SOON_MS)
    expect(metric(page, "Faces now")).to_have_text("0", timeout=STREAM_STARTS_MS)
    page.get_by_role("button", name="Stop sharing").click()
    choose(page, "Camera")

    page.get_by_role("tab", name="Photo").click()
    give(page, [{"name": "marked.jpg", "mimeType": "image/jpeg", "buffer": marked_jpeg(astronaut)}])
    tab = page.get_by_role("tabpanel")
    expect(tab.get_by_text("Faces found")).to_be_visible(timeout=SOON_MS)
    expect(tab.get_by_label(re.compile("^Face 1: happy")).first).to_be_visible(timeout=SOON_MS)  # a chart is drawn
    with page.expect_download(timeout=SOON_MS) as download:
        tab.get_by_role("button", name="PNG", exact=True).click(timeout=SOON_MS)
    seen.given["PNG"] = download.value.path().read_bytes()

    page.get_by_role("tab", name="Recording").click()
    recording = film([on_background(astronaut, 640, 480)] * 60, rate=10)
    noise = b"\0\0\1\0free" + MARK + bytes(600_000)  # a box that players skip
    give(page, [{"name": "lesson.mp4", "mimeType": "video/mp4", "buffer": recording + noise}])
    begin = page.get_by_role("button", name="Analyse", exact=True)
    expect(begin).to_be_enabled(timeout=SOON_MS)
    begin.click()
    expect(page.get_by_text(re.compile("readable faces in the mean"))).to_be_visible(timeout=SOON_MS)

    page.get_by_role("tab", name="Lessons").click()
    page.get_by_role("tab", name="About").click()
    expect(page.get_by_text("To hand out, to fill in")).to_be_visible(timeout=SOON_MS)


def test_no_camera_or_window_is_asked_for_before_the_notice_is_accepted(visit):
    before, after = visit.asked
    assert (before, after > 0) == (0, True)
    assert "Before you start" in visit.notice
    assert "Everyone who reaches this address" not in visit.notice, "a false alarm on localhost"


def test_no_file_log_or_database_holds_anything_of_a_picture(visit):
    files = [path for path in visit.folder.rglob("*") if path.is_file() and "hook" not in path.parts]
    assert any(path.suffix == ".sqlite" for path in files), "no lesson was saved"
    found = {f"{path.name}: {kind}" for path in files for kind, magic in MAGIC.items() if magic in path.read_bytes()}
    assert found == set()
    assert [*(visit.folder / "tmp").rglob("*")] == []


def test_nothing_is_opened_for_writing_but_the_lessons(visit):
    """A file without a name, too, which no search would find."""
    elsewhere = {path for (path,) in told(visit.folder, "write") if not path.startswith(str(visit.folder / "data"))}
    assert {path for path in elsewhere if "__pycache__" not in path and not path.startswith("/dev/")} == set()
    assert told(visit.folder, "write"), "the hook told nothing"


def test_nobody_but_this_machine_is_asked(visit):
    assert visit.hosts == {f"localhost:{visit.port}", ""}  # "": of `data:` and `blob:`
    spoken = {address for address, *_ in told(visit.folder, "speak")}
    assert {address for address in spoken if not is_of_this_machine(address)} == set()
    assert spoken, "no stream was seen"
    names = {name for (name,) in told(visit.folder, "look up")}
    assert {name for name in names if name not in ("None", "localhost", "127.0.0.1", "")} == set()
    assert {Path(program).name for (program,) in told(visit.folder, "run")} <= ASKED_FOR_LIBRARIES


def test_the_browser_finds_no_rule_broken(visit):
    rules = re.compile("Content Security Policy|Permissions.policy|X-Frame-Options|Refused to|violates", re.IGNORECASE)
    assert [text for text in visit.console if rules.search(text)] == []


def test_pictures_given_back_hold_no_place_and_no_mark(visit):
    pictures = {url: picture for url, picture in visit.given.items() if "/media/" in url or url == "PNG"}
    assert len(pictures) >= 2, [*visit.given]
    for url, content in pictures.items():
        assert MARK not in content, url
        if not url.endswith(".svg"):
            with Image.open(io.BytesIO(content)) as picture:
                assert dict(picture.getexif()) == {}, url
                assert "comment" not in picture.info, url

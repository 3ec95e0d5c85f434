"""The other sources in a real browser: a shared window, and a classroom camera on this machine."""

import base64
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.cameras import mjpeg_camera
from tests.e2e.test_live import STREAM_STARTS_MS, camera, frames_analysed, metric
from tests.scenes import jpeg, on_background
from tests.serving import free_port, running, streamlit_command

pytestmark = pytest.mark.e2e

SOON_MS = 20_000
SHARE = "Share a window"
# What the browser's own choice of a window would answer: a window that shows one face.
ONE_FACE = """
navigator.mediaDevices.getDisplayMedia = async () => {
  const window_ = document.createElement("canvas"), picture = new Image();
  picture.src = "data:image/jpeg;base64,@PICTURE@";
  await picture.decode();
  [window_.width, window_.height] = [picture.width, picture.height];
  const paint = () => window_.getContext("2d").drawImage(picture, 0, 0);
  paint();
  setInterval(paint, 100);
  window.shared = window_.captureStream(10);
  return window.shared;
};
"""
KEEP_TEXTS = """() => {
  window.texts = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
    texts.push(text);
    write.call(this, text, ...at);
  };
}"""
COLOURED = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let k = 0; k < pixels.length; k += 4)
    if (pixels[k] === 0xD8 && pixels[k + 1] === 0x7E && pixels[k + 2] === 0x13) count++;
  return count;
}"""


def choose(page: Page, source: str) -> None:
    page.get_by_role("radio", name=source, exact=True).click()


def share(page: Page) -> None:
    choose(page, "Shared window")
    page.get_by_role("button", name=SHARE).click(timeout=SOON_MS)


def until_coloured(page: Page, wanted: bool) -> None:
    """Wait until boxes of a happy face are drawn over the preview, or none."""
    boxes = page.get_by_role("img", name=re.compile("^Shared window"))
    for _ in range(100):
        if bool(boxes.evaluate(COLOURED)) is wanted:
            return
        page.wait_for_timeout(200)
    pytest.fail(f"boxes drawn: {not wanted}")


def until_numbered(page: Page) -> None:
    """Wait until a number was drawn before a face's word; not by `wait_for_function`, which the page's rules forbid."""
    for _ in range(SOON_MS // 200):
        if page.evaluate("texts.some(text => /^\\d+: happy/.test(text))"):
            return
        page.wait_for_timeout(200)
    pytest.fail("no face was numbered")


def mark_all(route: Route) -> None:
    answer = route.fetch()
    if not answer.ok:
        route.fulfill(response=answer)
        return
    told = answer.json()
    for face in told["faces"]:
        face["marked"] = True
    route.fulfill(response=answer, json=told)


def test_a_display_of_the_browser_is_shared_and_stopped(open_page):
    page = open_page()  # Chromium's own fake display, which has no face
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if "/api/screen/" in request.url else None)
    share(page)
    expect(page.get_by_text("Sharing. You may go to another window")).to_be_visible(timeout=SOON_MS)
    expect(metric(page, "Faces now")).to_have_text("0", timeout=STREAM_STARTS_MS)
    expect(page.get_by_text("No face found. Faces need about 40 pixels")).to_be_visible(timeout=SOON_MS)
    seen = frames_analysed(page)
    for _ in range(20):
        page.wait_for_timeout(500)
        if frames_analysed(page) >= seen + 2:
            break
    else:
        pytest.fail("no more pictures are sent")

    page.get_by_role("button", name="Stop sharing").click()
    expect(page.get_by_text("The sharing has ended.")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("choose the window of your video call. The numbers")).to_be_visible(timeout=SOON_MS)
    count = len(sent)
    page.wait_for_timeout(1500)
    assert len(sent) == count, "pictures are sent after the end"
    assert len({request.url for request in sent}) == 1


def test_faces_of_a_shared_window_get_boxes_and_are_counted(open_page, astronaut):
    picture = base64.b64encode(jpeg(on_background(astronaut, 1280, 720))).decode()
    page = open_page(script=ONE_FACE.replace("@PICTURE@", picture))
    share(page)
    expect(metric(page, "Faces now")).to_have_text("1", timeout=STREAM_STARTS_MS)
    expect(page.get_by_text("Expressions of the last 3 seconds: mostly happy")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_role("img", name="Shared window, 1 face")).to_be_visible(timeout=SOON_MS)
    until_coloured(page, True)
    expect(page.get_by_text(re.compile(r"Running for 0:\d\d"))).to_be_visible(timeout=SOON_MS)

    page.get_by_role("radio", name="Off", exact=True).click()
    until_coloured(page, False)
    page.get_by_role("radio", name="Boxes", exact=True).click()
    until_coloured(page, True)

    # A face that may need a look has its number before its caption; here the answer is made to say so.
    page.get_by_role("radio", name="Labels", exact=True).click()
    page.evaluate(KEEP_TEXTS)
    page.route("**/api/screen/**", mark_all)
    until_numbered(page)
    page.unroute("**/api/screen/**")

    # The window is closed.
    page.evaluate(
        "() => { const [track] = shared.getTracks(); track.stop(); track.dispatchEvent(new Event('ended')); }"
    )
    expect(page.get_by_text("The sharing has ended.")).to_be_visible(timeout=SOON_MS)
    expect(metric(page, "Faces now")).to_have_count(0, timeout=SOON_MS)

    # Another source goes on with the same page.
    choose(page, "Camera")
    expect(camera(page).get_by_role("button", name="START")).to_be_visible(timeout=STREAM_STARTS_MS)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("delete MediaDevices.prototype.getDisplayMedia", "phones and tablets cannot"),
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "begins with https://"),
    ],
)
def test_a_browser_that_cannot_share_says_so_before_anything_is_pressed(open_page, script, words):
    page = open_page(script=script)
    choose(page, "Shared window")
    expect(page.get_by_text(words)).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_role("button", name=SHARE)).to_be_disabled(timeout=SOON_MS)


def test_a_refusal_and_a_token_that_is_gone_are_told(open_page, astronaut):
    picture = base64.b64encode(jpeg(on_background(astronaut, 1280, 720))).decode()
    refuses = "const shares = navigator.mediaDevices.getDisplayMedia; let asked = 0;" + (
        "navigator.mediaDevices.getDisplayMedia = async () => { if (asked++) return shares();"
        "throw new DOMException('Permission denied', 'NotAllowedError'); };"
    )
    page = open_page(script=ONE_FACE.replace("@PICTURE@", picture) + refuses)
    gone = [True]
    page.route("**/api/screen/**", lambda route: route.fulfill(status=404, json={}) if gone[0] else route.continue_())
    share(page)
    expect(page.get_by_text("Nothing is shared: you said no")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name=SHARE).click()
    expect(page.get_by_text("The app has forgotten this window")).to_be_visible(timeout=SOON_MS)
    gone[0] = False
    expect(metric(page, "Faces now")).to_have_text("1", timeout=STREAM_STARTS_MS)
    expect(page.get_by_text("Sharing. You may go to another window")).to_be_visible(timeout=SOON_MS)


@pytest.fixture
def with_room(astronaut, tmp_path) -> Iterator[tuple[str, Path, ExitStack]]:
    """An app with a classroom camera: its address, its log, and the camera, which ends when it is closed."""
    port, log = free_port(), tmp_path / "log.txt"
    with ExitStack() as room:
        url = room.enter_context(mjpeg_camera(jpeg(on_background(astronaut, 1280, 720))))
        with running(streamlit_command(port), port, log, {"STUN_URL": "none", "CAMERA_URL": url}):
            yield f"http://localhost:{port}", log, room


def test_the_classroom_camera_is_shown_and_its_end_is_told(open_page, with_room):
    url, log, room = with_room
    page = open_page(url=url)
    choose(page, "Classroom camera")
    page.get_by_role("button", name="Start", exact=True).click(timeout=SOON_MS)
    expect(metric(page, "Faces now")).to_have_text("1", timeout=STREAM_STARTS_MS)
    shown = page.get_by_role("img", name="Classroom camera, 1 face")
    expect(shown).to_be_visible(timeout=SOON_MS)
    assert shown.evaluate("picture => picture.naturalWidth") == 960
    expect(page.get_by_text(re.compile(r"Running for 0:\d\d"))).to_be_visible(timeout=SOON_MS)

    room.close()
    expect(page.get_by_text("The classroom camera gives no picture")).to_be_visible(timeout=STREAM_STARTS_MS)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("to look through the classroom camera")).to_be_visible(timeout=SOON_MS)
    for told in (page.content(), log.read_text(errors="replace")):
        assert "hunter2" not in told


def test_without_a_classroom_camera_none_is_offered(open_page):
    page = open_page()
    expect(page.get_by_role("radio", name="Shared window")).to_be_visible(timeout=SOON_MS)
    assert page.get_by_role("radio", name="Classroom camera").count() == 0

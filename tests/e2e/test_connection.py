"""The way of a camera picture to the app: the connection check, and a relay over TCP where UDP is refused."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import turn
from tests.conftest import miss
from tests.e2e.test_live import STREAM_STARTS_MS, camera, frames_analysed, metric
from tests.serving import free_port, running, streamlit_command

pytestmark = pytest.mark.e2e

SOON_MS = 20_000
CHECKED_MS = 40_000
MOST_AT_REST_MB, MOST_WITH_A_STREAM_MB = 200, 400
KEPT_PEERS = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); window.peers.push(this); }
};
"""
ASKED = """
window.asked = 0;
const give = MediaDevices.prototype.getUserMedia;
MediaDevices.prototype.getUserMedia = function (...wanted) { window.asked++; return give.apply(this, wanted); };
window.kept = { getUserMedia: MediaDevices.prototype.getUserMedia, RTCPeerConnection };
"""
# What makes a step fail, and what the page then says; each is taken back before the next.
FAILURES = [
    ("Object.defineProperty(window, 'isSecureContext', {value: false, configurable: true})", "Secure page", "https://"),
    ("gives('NotAllowedError')", "Camera", "The camera is blocked for this page."),
    ("gives('NotFoundError')", "Camera", "No camera was found."),
    ("gives('NotReadableError')", "Camera", "another program, such as a video call"),
    ("window.RTCPeerConnection = undefined", "App", "This browser has no WebRTC"),
]
GIVES = """
const gives = (name) => { MediaDevices.prototype.getUserMedia = async () => { throw new DOMException("no", name); }; };
"""
RESTORED = """() => {
  Object.defineProperty(window, 'isSecureContext', { value: true, configurable: true });
  MediaDevices.prototype.getUserMedia = window.kept.getUserMedia;
  window.RTCPeerConnection = window.kept.RTCPeerConnection;
}"""
USED_PAIR = """async () => {
  const stats = await peers.at(-1).getStats();
  const transport = [...stats.values()].find((s) => s.type === "transport");
  const pair = stats.get(transport.selectedCandidatePairId);
  const ours = stats.get(pair.localCandidateId), theirs = stats.get(pair.remoteCandidateId);
  return [ours.candidateType, ours.relayProtocol, theirs.candidateType];
}"""


def check(page: Page) -> None:
    page.get_by_text("The camera does not start?").click(timeout=SOON_MS)
    page.get_by_role("button", name="Check the connection").click(timeout=SOON_MS)


def test_each_step_that_fails_is_named_and_then_all_work(open_page):
    page = open_page(script=ASKED)
    page.get_by_text("The camera does not start?").click(timeout=SOON_MS)
    button = page.get_by_role("button", name="Check the connection")
    expect(button).to_be_visible(timeout=SOON_MS)
    page.wait_for_timeout(500)
    assert page.evaluate("asked") == 0, "the camera was asked for before the button was pressed"

    for script, step, words in FAILURES:
        page.evaluate(f"() => {{ {GIVES} {script}; }}")
        button.click()
        marked = page.locator("li.bad")
        expect(marked).to_contain_text(words, timeout=CHECKED_MS)
        expect(marked).to_have_count(1)
        expect(marked.locator("b")).to_have_text(step)
        expect(page.get_by_text("The marked step is in the way.")).to_be_visible()
        page.evaluate(RESTORED)

    asked = page.evaluate("asked")
    button.click()
    expect(page.get_by_text("All steps work. Press START.")).to_be_visible(timeout=CHECKED_MS)
    assert page.evaluate("asked") == asked + 1
    for words in ("This page may use the camera.", "is switched off again.", "The app answers."):
        expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_text("Browser and app reach each other directly.")).to_be_visible()


NO_UDP = ["--webrtc-ip-handling-policy=disable_non_proxied_udp"]


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if turn.program() is None:
        miss("no coturn here: apt-get install coturn")
    with turn.turn_server(tmp_path_factory.mktemp("turn")) as address:
        yield address


@pytest.fixture
def app_with_relay(tmp_path: Path) -> Callable[..., object]:
    @contextmanager
    def start(url: str, password: str = turn.PASSWORD) -> Iterator[tuple[str, int]]:
        port = free_port()
        settings = {"STUN_URL": "none", "TURN_URL": url, "TURN_USERNAME": "mood", "TURN_PASSWORD": password}
        settings |= {"DATABASE_URL": "", "DATA_FOLDER": str(tmp_path)}
        with running(streamlit_command(port), port, tmp_path / "log.txt", settings) as process:
            yield f"http://localhost:{port}", process.pid

    return start


def resident_mb(process: int) -> float:
    """Memory of this process that is in RAM, in MB; 0 where there is no /proc to read it from."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return 0.0
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert found is not None, "no VmRSS"
    return int(found[1]) * 1024 / 1e6


def test_as_on_a_small_dyno_the_picture_goes_over_tcp_and_memory_suffices(
    open_page, app_with_relay, relay, astronaut_film
):
    """UDP is refused, as by most hosts, and 512 MB are there, of which the app leaves a fifth."""
    with app_with_relay(f"turn:{relay}?transport=udp,turn:{relay}?transport=tcp") as (url, server):
        at_rest = resident_mb(server)
        page = open_page(astronaut_film, url=url, script=KEPT_PEERS, flags=NO_UDP)
        camera(page).get_by_role("button", name="START").click()
        expect(metric(page, "Faces now")).to_have_text("1", timeout=STREAM_STARTS_MS)
        expect(page.get_by_text(re.compile(r"[1-9]\d* frames analysed, "))).to_have_count(1, timeout=SOON_MS)
        expect(page.get_by_text(re.compile("frames analysed"))).to_have_count(1)
        seen = frames_analysed(page)
        page.wait_for_timeout(2000)
        assert frames_analysed(page) >= seen + 4, "the stream stands still"
        video = camera(page).locator("video")
        assert video.evaluate("v => v.videoWidth") > 0, "no picture came back"
        assert video.evaluate(USED_PAIR) == ["relay", "tcp", "relay"]
        streaming = resident_mb(server)
        print(f"{at_rest:.0f} MB at rest, {streaming:.0f} MB with one stream")
        assert at_rest <= MOST_AT_REST_MB
        assert streaming <= MOST_WITH_A_STREAM_MB
        camera(page).get_by_role("button", name="STOP").click()

        check(page)
        expect(page.get_by_text("reach each other through the relay, over TCP.")).to_be_visible(timeout=CHECKED_MS)


def test_a_relay_that_does_not_do_is_told(open_page, app_with_relay, relay):
    with app_with_relay(f"turn:{relay}?transport=tcp", password="wrong") as (url, _):
        page = open_page(url=url, flags=NO_UDP)
        check(page)
        words = page.get_by_text(re.compile("refuses this app's username and password"))
        expect(words).to_be_visible(timeout=CHECKED_MS)

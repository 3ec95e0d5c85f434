"""The classroom camera: read once for all, asked again when it fails, its address never told."""

import threading
import time
import wave
from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest

from emotion import load_analyzer
from emotion.room import LEASE_S, RoomCamera, RoomSource, camera_frames
from emotion.stream import StreamAnalyzer
from tests.cameras import folder_server, mjpeg_camera
from tests.emotion.test_sources import Clock
from tests.fakes import ScriptedAnalyzer, make_face
from tests.films import film
from tests.rtsp_camera import rtsp_camera
from tests.scenes import jpeg, on_background
from tests.serving import free_port

GREY = np.full((48, 64, 3), 90, np.uint8)


def until(true: Callable[[], object], within_s: float = 20.0) -> None:
    """Wait for another thread."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


class Address:
    """An address that sends frames until it is told to stop, and counts who asks."""

    def __init__(self, *script: Exception | None) -> None:
        self.asked = 0
        self.open = 0
        self.stopped = threading.Event()
        self._script = [*script]

    def __call__(self, url: str) -> Iterator[av.VideoFrame]:
        self.asked += 1
        step = self._script.pop(0) if self._script else None
        if step is not None:
            raise step
        self.open += 1
        try:
            while not self.stopped.wait(0.01):
                yield av.VideoFrame.from_ndarray(GREY, format="rgb24")
        finally:
            self.open -= 1


@pytest.fixture
def made() -> Iterator[list[tuple[RoomCamera, RoomSource]]]:
    """Whatever joined leaves at the end."""
    joined: list[tuple[RoomCamera, RoomSource]] = []
    yield joined
    for camera, source in joined:
        camera.leave(source)


def camera_of(frames: Callable[[str], Iterator[av.VideoFrame]], *script: object, clock=time.monotonic) -> RoomCamera:
    analyzer = ScriptedAnalyzer(*(script or ([make_face()],)))
    return RoomCamera("rtsp://x", lambda: analyzer, frames, clock, first_pause_s=0.01)


def test_a_camera_is_read_once_for_all_who_look(made):
    address = Address()
    camera = camera_of(address)
    sources = [RoomSource(), RoomSource()]
    for source in sources:
        camera.join(source)
        camera.join(source)  # as often as the page is drawn
        made.append((camera, source))
    until(lambda: all(source.status().frames >= 2 for source in sources))
    assert (address.asked, address.open, camera.watched) == (1, 1, 2)
    for source in sources:
        assert source.timeline.mood(source.now()).faces == 1
        assert source.seen is not None
        assert source.seen.image.shape == (48, 64, 3)
    camera.leave(sources[0])
    assert sources[0].seen is None
    frames = sources[1].status().frames
    until(lambda: sources[1].status().frames > frames)
    camera.leave(sources[1])
    until(lambda: address.open == 0)
    assert not [thread for thread in threading.enumerate() if thread.name == "room-reader"]


def test_who_comes_back_sees_it_again(made):
    address = Address()
    camera, source = camera_of(address), RoomSource()
    made.append((camera, source))
    for times in (1, 2):
        camera.join(source)
        until(lambda: source.status().frames)
        camera.leave(source)
        until(lambda: address.open == 0)
        assert address.asked == times


def test_a_camera_that_fails_is_asked_again_and_says_why(made, caplog):
    address = Address(OSError("Connection refused"), OSError("Connection refused"), ValueError("odd"))
    camera, source = camera_of(address), RoomSource()
    made.append((camera, source))
    camera.join(source)
    until(lambda: source.status().frames)
    assert address.asked == 4
    assert camera.trouble == ""
    assert caplog.text.count("Connection refused") == 1
    assert "what it sends cannot be read (ValueError)" in caplog.text
    address.stopped.set()
    until(lambda: camera.trouble == "it has stopped sending")


def test_a_session_that_does_not_ask_is_forgotten():
    address, clock = Address(), Clock()
    camera = camera_of(address, clock=clock)
    camera.join(RoomSource(clock))
    until(lambda: address.open == 1)
    clock.seconds += LEASE_S + 1
    until(lambda: camera.watched == 0 and address.open == 0)


def test_a_picture_that_fails_does_not_end_it(made):
    camera, source = camera_of(Address(), RuntimeError("odd"), [make_face()]), RoomSource()
    made.append((camera, source))
    camera.join(source)
    until(lambda: source.status().frames)
    assert (source.status().failures, source.status().last_failure) == (1, "RuntimeError: odd")


def test_a_real_stream_of_jpegs_is_read():
    with mjpeg_camera(jpeg(GREY)) as url:
        frames = camera_frames(url)
        frame = next(frames)
        frames.close()
    assert (frame.width, frame.height) == (64, 48)


def test_an_address_that_does_not_answer_is_told_without_its_password(made, caplog):
    url = f"http://teacher:hunter2@127.0.0.1:{free_port()}/live"
    with pytest.raises(OSError, match="refused") as failure:
        next(camera_frames(url))
    camera, source = RoomCamera(url, lambda: ScriptedAnalyzer([]), first_pause_s=0.01), RoomSource()
    made.append((camera, source))
    camera.join(source)
    until(lambda: camera.trouble)
    for told in (str(failure.value), camera.trouble, caplog.text):
        assert "hunter2" not in told
        assert "127.0.0.1" not in told


def test_an_address_with_sound_only_is_told(tmp_path):
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    with folder_server(tmp_path) as url, pytest.raises(OSError, match="no video"):
        next(camera_frames(f"{url}/sound.wav"))


def test_nothing_may_lead_to_a_file_of_this_machine(tmp_path):
    path = tmp_path / "inside.mp4"
    path.write_bytes(film([GREY] * 20))
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).width == 64  # it could be read
    for address in (str(path), f"file://{path}"):
        with pytest.raises(OSError):  # noqa: PT011 - FFmpeg's words
            next(camera_frames(address))


def test_an_rtsp_camera_is_read_and_its_end_and_a_wrong_password_are_told(made, astronaut, caplog):
    analyzer, source = load_analyzer(), RoomSource()
    with rtsp_camera(on_background(astronaut, 640, 480)) as url:
        wrong = url.replace("hunter2", "secret")
        with pytest.raises(OSError, match="401 Unauthorized") as told:
            next(camera_frames(wrong))
        assert wrong not in str(told.value)
        assert "secret" not in str(told.value)

        camera = RoomCamera(url, lambda: StreamAnalyzer(analyzer.classifier), first_pause_s=0.1)
        camera.join(source)
        made.append((camera, source))
        until(lambda: source.status().frames >= 3)
        assert source.seen is not None
        assert source.seen.image.shape == (480, 640, 3)
        assert [face.emotion for face in source.seen.faces] == ["happy"]
        assert camera.trouble == ""
    until(lambda: camera.trouble)
    assert "hunter2" not in camera.trouble + caplog.text


def test_who_leaves_during_an_analysis_keeps_no_picture(made):
    analysing, go_on = threading.Event(), threading.Event()

    class Slow:
        def analyze(self, image, at=None):
            analysing.set()
            go_on.wait(10)
            return []

        def restart(self) -> None: ...

    def frames(url):
        while not go_on.wait(0.01):
            yield av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
        time.sleep(0.5)

    camera, gone, stays = RoomCamera("http://camera", Slow, frames), RoomSource(), RoomSource()
    for source in (gone, stays):
        made.append((camera, source))
        camera.join(source)
    assert analysing.wait(10)
    camera.leave(gone)
    go_on.set()
    until(lambda: stays.seen is not None)
    assert gone.seen is None

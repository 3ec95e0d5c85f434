"""A stream's frames, without a camera: what `recv` answers and counts."""

import logging
from fractions import Fraction

import av
import numpy as np
import pytest

from emotion.counters import SILENT_AFTER_S
from emotion.drawing import DrawStyle
from emotion.labels import Emotion
from emotion.live import EmotionVideoTransformer, View
from emotion.stream import StreamAnalyzer
from tests.fakes import ConstantBackend, ScriptedAnalyzer, constant_classifier, make_face
from tests.scenes import on_background


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def frame(width: int = 64, height: int = 48, pixel_format: str = "rgb24", pts: int = 0) -> av.VideoFrame:
    made = av.VideoFrame.from_ndarray(np.full((height, width, 3), 128, np.uint8), format="rgb24")
    made = made.reformat(format=pixel_format)
    made.pts, made.time_base = pts, Fraction(1, 90_000)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_frame_comes_back_drawn_with_its_time(clock):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer([make_face()]), clock)
    answer = transformer.recv(frame(pts=4711))
    assert (answer.width, answer.height, answer.pts, answer.time_base) == (64, 48, 4711, Fraction(1, 90_000))
    assert (answer.to_ndarray(format="rgb24") != 128).any()
    assert transformer.timeline.mood(transformer.now()).shares[Emotion.HAPPY] == pytest.approx(1)


def test_a_frame_without_a_time_passes(clock):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer([]), clock)
    timeless = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
    assert (timeless.pts, timeless.time_base) == (None, None)
    assert transformer.recv(timeless) is not timeless


def test_the_view_holds_from_the_next_frame_on(clock):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer([make_face()]), clock)
    transformer.view = View(DrawStyle.OFF)
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, :8] = 255
    source = av.VideoFrame.from_ndarray(picture, format="rgb24")
    assert np.array_equal(transformer.recv(source).to_ndarray(), picture)
    transformer.view = View(DrawStyle.OFF, mirrored=True)
    assert np.array_equal(transformer.recv(source).to_ndarray(), picture[:, ::-1])


@pytest.mark.parametrize("pixel_format", ["rgb24", "yuv420p", "nv12", "bgr24", "gray"])
@pytest.mark.parametrize("size", [(64, 48), (48, 64), (33, 17), (1, 1), (1920, 1080)])
def test_any_frame_passes(clock, pixel_format, size):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer([]), clock)
    answer = transformer.recv(frame(*size, pixel_format=pixel_format))
    assert (answer.width, answer.height) == size
    assert transformer.status().failures == 0


def test_a_picture_that_the_browser_made_small_is_noticed(clock):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer([]), clock)
    assert (transformer.status().size, transformer.status().reduced) == (None, False)
    for size, reduced in (((128, 96), False), ((96, 72), False), ((64, 48), True), ((128, 96), False)):
        transformer.recv(frame(*size))
        assert (transformer.status().size, transformer.status().reduced) == (size, reduced)
    transformer.recv(frame(32, 24))
    transformer.restart()
    transformer.recv(frame(32, 24))
    assert not transformer.status().reduced, "another camera may be smaller"


def test_an_exception_never_ends_the_stream(clock, caplog):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer(RuntimeError("no memory"), [make_face()]), clock)
    broken = frame()
    with caplog.at_level(logging.ERROR):
        assert transformer.recv(broken) is broken
    assert "a frame could not be analysed" in caplog.text
    transformer.recv(frame())
    status = transformer.status()
    assert (status.frames, status.failures, status.last_failure) == (1, 1, "RuntimeError: no memory")


def test_a_camera_of_failures_does_not_fill_the_log(clock, caplog):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer(RuntimeError("always")), clock)
    for _ in range(1000):
        transformer.recv(frame())
    assert transformer.status().failures == 1000
    assert len(caplog.records) == 10


def test_the_watchdog_tells_a_silent_stream_from_a_slow_start(clock):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer([]), clock)
    assert not transformer.status().silent
    clock.seconds += SILENT_AFTER_S + 0.1
    assert transformer.status().silent
    transformer.recv(frame())
    assert not transformer.status().silent
    clock.seconds += SILENT_AFTER_S - 0.1
    assert not transformer.status().silent
    clock.seconds += 0.2
    assert transformer.status().silent


def test_failing_frames_are_not_silence(clock):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer(RuntimeError("always")), clock)
    clock.seconds += SILENT_AFTER_S + 1
    transformer.recv(frame())
    assert not transformer.status().silent


def test_stop_forgets_the_faces_at_once(astronaut):
    """The analyzer holds a small grey picture of each; it must not wait for the next START."""
    analyzer = StreamAnalyzer(constant_classifier(ConstantBackend(happy=0.7)))
    transformer = EmotionVideoTransformer(analyzer)
    transformer.recv(av.VideoFrame.from_ndarray(on_background(astronaut, 640, 480), format="rgb24"))
    assert analyzer._known
    transformer.restart()
    assert analyzer._known == []


def test_restart_begins_anew(clock):
    transformer = EmotionVideoTransformer(ScriptedAnalyzer([make_face()], RuntimeError("once")), clock)
    transformer.recv(frame())
    transformer.recv(frame())
    clock.seconds += 60
    transformer.restart()
    status = transformer.status()
    assert (status.frames, status.failures, status.last_failure, status.silent) == (0, 0, "", False)
    assert transformer.timeline.mood(transformer.now()).faces == 0

"""A long stream, a camera that comes and goes, START and STOP: nothing grows, nothing is left behind."""

import gc
import threading
from pathlib import Path

import av
import numpy as np
import pytest

from emotion.analyzer import load_analyzer
from emotion.live import SILENT_AFTER_S, EmotionVideoTransformer
from emotion.stream import StreamAnalyzer
from tests.benchmarks.frame import make_pool
from tests.benchmarks.live import FRAME_S, make_film, resident_mb
from tests.emotion.test_live import Clock

WARM_FRAMES = 150
FRAMES = 600
MOST_GROWTH_MB = 12
"""What the allocator holds back differs by some MB from run to run; a frame that is kept is 0.9 MB."""
STARTS = 20

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def frames() -> list[av.VideoFrame]:
    """Two seconds of a real face that sways under a camera's noise."""
    return [frame for frame, _ in make_film(make_pool(None), 1, 640, 480).frames(30)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transformer(clock: Clock) -> EmotionVideoTransformer:
    return EmotionVideoTransformer(StreamAnalyzer(load_analyzer().classifier, clock=clock), clock)


def play(transformer: EmotionVideoTransformer, clock: Clock, frames: list[av.VideoFrame], count: int) -> None:
    for number in range(count):
        clock.seconds += FRAME_S
        transformer.recv(frames[number % len(frames)])


def open_files() -> int:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not list a process's open files")
    return len([*folder.iterdir()])


def test_a_long_stream_does_not_grow(transformer, clock, frames):
    play(transformer, clock, frames, WARM_FRAMES)
    gc.collect()
    before = resident_mb(), threading.active_count(), open_files()
    play(transformer, clock, frames, FRAMES)
    gc.collect()
    grown = resident_mb() - before[0]
    assert grown < MOST_GROWTH_MB, f"{grown:.1f} MB more after {FRAMES} frames"
    assert (threading.active_count(), open_files()) == before[1:]
    status = transformer.status()
    assert (status.frames, status.failures) == (WARM_FRAMES + FRAMES, 0)
    assert transformer.timeline.mood(transformer.now()).faces == 1


def test_twenty_starts_leave_nothing(transformer, clock, frames):
    play(transformer, clock, frames, WARM_FRAMES)
    gc.collect()
    before = resident_mb(), threading.active_count(), open_files()
    for _ in range(STARTS):
        transformer.restart()
        assert transformer.status().frames == 0
        play(transformer, clock, frames, 10)
        assert transformer.status().frames == 10
        assert transformer.timeline.mood(transformer.now()).faces == 1
    gc.collect()
    assert resident_mb() - before[0] < MOST_GROWTH_MB
    assert (threading.active_count(), open_files()) == before[1:]


def test_a_camera_unplugged_and_plugged_again(transformer, clock, frames):
    play(transformer, clock, frames, 30)
    for size in ((640, 480), (320, 240), (1280, 720)):  # another camera may be of another size
        clock.seconds += SILENT_AFTER_S + 30
        assert transformer.status().silent
        assert transformer.timeline.mood(transformer.now()).faces == 0, "a face of half a minute ago"
        black = av.VideoFrame.from_ndarray(np.zeros((size[1], size[0], 3), np.uint8), format="rgb24")
        play(transformer, clock, [black], 3)  # many cameras begin with some
        play(transformer, clock, [frame.reformat(*size) for frame in frames], 30)
        status = transformer.status()
        assert not status.silent
        assert status.failures == 0
        assert transformer.timeline.mood(transformer.now()).faces == 1, f"not found again at {size}"

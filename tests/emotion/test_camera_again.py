"""A camera that is unplugged and plugged again, or another one in its place."""

import av
import numpy as np
import pytest

from emotion.analyzer import load_analyzer
from emotion.counters import SILENT_AFTER_S
from emotion.live import EmotionVideoTransformer
from emotion.stream import StreamAnalyzer
from tests.benchmarks.frame import make_pool
from tests.benchmarks.live import FRAME_S, make_film
from tests.emotion.test_live import Clock

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

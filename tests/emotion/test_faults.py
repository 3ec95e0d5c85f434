"""What may go wrong in a stream, each on its own: the stream goes on, says so, and leaves nothing behind."""

import gc
import threading
import time

import av
import numpy as np
import pytest

from emotion.classifier import EmotionClassifier
from emotion.counters import SILENT_AFTER_S
from emotion.detector import LIVE, HaarDetector
from emotion.live import EmotionVideoTransformer
from emotion.stream import StreamAnalyzer
from tests.emotion.test_live import Clock, frame
from tests.fakes import ConstantBackend, constant_classifier
from tests.scenes import on_background


class FailingDetector(HaarDetector):
    """Fails in the first search."""

    def __init__(self) -> None:
        super().__init__(LIVE)
        self.left = 1

    def windows(self, grey, sizes, step, neighbours):
        if self.left:
            self.left -= 1
            raise RuntimeError("cascade lost")
        return super().windows(grey, sizes, step, neighbours)


class FailingBackend(ConstantBackend):
    """Fails in the first call with faces."""

    def __call__(self, faces):
        answer = super().__call__(faces)
        if len(self.calls) == 1:
            raise RuntimeError("model lost")
        return answer


@pytest.fixture
def scene(astronaut) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(on_background(astronaut, 640, 480), format="rgb24")


@pytest.mark.parametrize(
    ("detector", "backend", "message"),
    [
        (FailingDetector, ConstantBackend, "RuntimeError: cascade lost"),
        (lambda: HaarDetector(LIVE), FailingBackend, "RuntimeError: model lost"),
    ],
)
def test_a_part_that_fails_once_is_told_and_the_stream_recovers(scene, detector, backend, message):
    transformer = EmotionVideoTransformer(StreamAnalyzer(constant_classifier(backend(happy=0.9)), detector()))
    assert transformer.recv(scene) is scene
    for _ in range(3):
        assert transformer.recv(scene) is not scene
    status = transformer.status()
    assert (status.frames, status.failures, status.last_failure) == (3, 1, message)
    assert transformer.timeline.mood(transformer.now()).faces == 1


def test_a_frame_that_cannot_be_converted_passes_undrawn(scene):
    class Broken:
        pts, time_base = 5, None

    transformer = EmotionVideoTransformer(StreamAnalyzer(constant_classifier(ConstantBackend())))
    broken = Broken()
    assert transformer.recv(broken) is broken
    transformer.recv(scene)
    assert (transformer.status().frames, transformer.status().failures) == (1, 1)


def test_a_slow_frame_is_late_and_not_silent():
    clock = Clock()

    class Slow:
        def analyze(self, image, at=None):
            clock.seconds += 2.0
            return []

        def restart(self):
            pass

    transformer = EmotionVideoTransformer(Slow(), clock)
    for number in range(3):
        transformer.recv(frame(pts=number * 6000))
    status = transformer.status()
    assert not status.silent
    assert status.pace.delay_s >= 2.0
    assert status.failures == 0


def test_a_dead_stream_is_told():
    clock = Clock()
    transformer = EmotionVideoTransformer(StreamAnalyzer(constant_classifier(ConstantBackend())), clock)
    transformer.recv(frame())
    clock.seconds += SILENT_AFTER_S + 0.1
    assert transformer.status().silent


def test_streams_that_stop_at_once_leave_no_thread(scene):
    before = {*threading.enumerate()}  # one of an earlier test may end meanwhile
    classifier = constant_classifier(ConstantBackend(happy=0.9))
    transformers = [EmotionVideoTransformer(StreamAnalyzer(classifier)) for _ in range(2)]
    threads = [threading.Thread(target=lambda t=t: [t.recv(scene) for _ in range(5)]) for t in transformers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [t.status().frames for t in transformers] == [5, 5]
    assert [t.status().failures for t in transformers] == [0, 0]
    assert {*threading.enumerate()} <= before


def test_start_and_stop_twenty_times_leaves_nothing(scene):
    transformer = EmotionVideoTransformer(StreamAnalyzer(constant_classifier(ConstantBackend(happy=0.9))))
    before = {*threading.enumerate()}  # one of an earlier test may end meanwhile
    for _ in range(20):
        transformer.restart()
        for _ in range(2):
            transformer.recv(scene)
        assert transformer.status().frames == 2
        assert [face.track_id for face in transformer._analyzer.analyze(np.asarray(scene.to_ndarray()))] == [1]
    gc.collect()
    assert {*threading.enumerate()} <= before


def test_one_network_answers_several_streams_at_once(scene):
    class Careful(ConstantBackend):
        """Notices when two threads are inside."""

        inside = 0

        def __call__(self, faces):
            Careful.inside += 1
            assert Careful.inside == 1
            time.sleep(0.002)
            Careful.inside -= 1
            return super().__call__(faces)

    classifier: EmotionClassifier = constant_classifier(Careful(happy=0.9))
    transformers = [EmotionVideoTransformer(StreamAnalyzer(classifier)) for _ in range(4)]
    threads = [threading.Thread(target=lambda t=t: [t.recv(scene) for _ in range(8)]) for t in transformers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [t.status().failures for t in transformers] == [0] * 4

"""Haar detection on real and empty pictures."""

import subprocess
import sys
import threading

import cv2
import numpy as np
import pytest

from emotion.detector import LIVE, THOROUGH, HaarDetector, Search, in_reading_order
from emotion.faces import Box
from tests.scenes import on_background
from tests.serving import REPOSITORY

ASTRONAUTS_FACE = Box(175, 66, 272, 163)  # in scikit-image's 512 x 512 picture


@pytest.fixture(scope="module", params=[THOROUGH, LIVE], ids=["thorough", "live"])
def detector(request) -> HaarDetector:
    return HaarDetector(request.param)


def test_finds_a_real_face_where_it_is(detector, astronaut):
    (box,) = detector.detect(astronaut)
    assert box.overlap(ASTRONAUTS_FACE) > 0.75


def test_finds_several_faces_in_reading_order(detector, astronaut):
    left, right = on_background(astronaut, 520, 500), on_background(astronaut, 520, 500)
    boxes = detector.detect(np.vstack([np.hstack([left, right])] * 2))
    assert len(boxes) == 4
    corners = [(box.y1 > 500, box.x1 > 520) for box in boxes]
    assert corners == [(False, False), (False, True), (True, False), (True, True)]


def test_boxes_are_in_pixels_of_the_whole_picture(astronaut):
    (small,) = HaarDetector().detect(astronaut)
    (large,) = HaarDetector().detect(cv2.resize(astronaut, (1536, 1536)))
    assert large.overlap(Box(3 * small.x1, 3 * small.y1, 3 * small.x2, 3 * small.y2)) > 0.75


def test_a_face_that_touches_the_border_has_its_box_inside(detector, astronaut):
    picture = np.ascontiguousarray(astronaut[66:, 175:272])
    for box in detector.detect(picture):
        assert 0 <= box.x1 < box.x2 <= picture.shape[1]
        assert 0 <= box.y1 < box.y2 <= picture.shape[0]


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (23, 23), (480, 640), (31, 33)])
def test_no_face_means_no_box(detector, shape):
    assert detector.detect(np.full((*shape, 3), 80, np.uint8)) == []
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert detector.detect(noise) == []


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1280, 720), 0.6), ((640, 480), 0.6), ((320, 240), 1.0), ((3840, 2160), (450_000 / (3840 * 2160)) ** 0.5)],
)
def test_the_searched_copy_is_bounded(size, expected):
    assert LIVE.reduction(*size) == pytest.approx(expected)


def test_smaller_faces_need_a_larger_copy():
    assert Search(smallest_px=30).reduction(1280, 720) == pytest.approx(0.8)
    assert Search(smallest_px=12).reduction(1280, 720) == 1.0


def test_missing_cascade(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no Haar cascade at .*opencv-python-headless"):
        HaarDetector(cascade=tmp_path / "absent.xml")


@pytest.mark.parametrize("content", ["", "not xml", "<?xml version='1.0'?><opencv_storage></opencv_storage>"])
def test_damaged_cascade(tmp_path, content):
    cascade = tmp_path / "cascade.xml"
    cascade.write_text(content)
    with pytest.raises(ValueError, match="not a Haar cascade"):
        HaarDetector(cascade=cascade)


def test_reading_order_ignores_small_differences_of_height():
    boxes = [Box(200, 4, 250, 54), Box(100, 0, 150, 50), Box(0, 9, 50, 59), Box(0, 100, 50, 150)]
    assert [(b.x1, b.y1) for b in in_reading_order(boxes)] == [(0, 9), (100, 0), (200, 4), (0, 100)]


def test_threads_can_share_a_detector(astronaut):
    detector = HaarDetector()
    alone = detector.detect(astronaut)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(detector.detect(astronaut))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [alone] * 4


STRIPS = """
import resource
import numpy as np
from skimage import data
from emotion.detector import HaarDetector
detector = HaarDetector()
faces = detector.detect(data.astronaut())
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
assert detector.detect(np.zeros((65_000, 48, 3), np.uint8)) == []
assert detector.detect(np.zeros((36, 50_000, 3), np.uint8)) == []
assert detector.detect(data.astronaut()) == faces != []
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to its address space")
def test_long_strips_before_it_cost_no_picture_its_faces():
    # OpenCV's working memory is as wide as the widest and as high as the highest picture so far; found by fuzzing.
    done = subprocess.run([sys.executable, "-c", STRIPS], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_search_that_failed_costs_only_its_own_picture(astronaut, monkeypatch):
    class Broken:
        def detectMultiScale2(self, *_, **__):  # noqa: N802  # OpenCV's name
            raise cv2.error("Insufficient memory")

    detector = HaarDetector()
    faces = detector.detect(astronaut)
    monkeypatch.setattr(detector, "_cascade", Broken())
    with pytest.raises(cv2.error):
        detector.detect(astronaut)
    assert detector.detect(astronaut) == faces != []

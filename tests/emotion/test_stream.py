"""One stream's analyzer over films of a real face: found once, followed, read only when needed."""

import cv2
import numpy as np
import pytest

from emotion.detector import LIVE, HaarDetector
from emotion.faces import Box
from emotion.stream import MOST_READ, StreamAnalyzer
from tests.fakes import ConstantBackend, constant_classifier
from tests.scenes import gallery, on_background

FRAME_S = 1 / 15


class Counting(HaarDetector):
    """A detector that counts the pixels it searches."""

    def __init__(self) -> None:
        super().__init__(LIVE)
        self.pixels = 0

    def windows(self, grey, sizes, step, neighbours):
        self.pixels += grey.size
        return super().windows(grey, sizes, step, neighbours)


@pytest.fixture
def backend() -> ConstantBackend:
    return ConstantBackend(happy=0.7)


@pytest.fixture
def stream(backend) -> StreamAnalyzer:
    return StreamAnalyzer(constant_classifier(backend, unsure_below=0.5))


def noisy(picture: np.ndarray, seed: int) -> np.ndarray:
    """A camera's noise over a picture."""
    noise = np.random.default_rng(seed).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def class_of(astronaut: np.ndarray, columns: int, face_px: int) -> tuple[np.ndarray, list[Box]]:
    face = cv2.cvtColor(np.ascontiguousarray(astronaut[60:170, 170:280]), cv2.COLOR_RGB2GRAY)
    return gallery([face] * columns**2, columns, columns, face_px=face_px)


def play(stream: StreamAnalyzer, pictures, began: float = 0.0):
    """The faces of each picture."""
    return [stream.analyze(picture, began + number * FRAME_S) for number, picture in enumerate(pictures)]


def test_a_class_is_found_in_the_first_frame_and_keeps_its_numbers(stream, backend, astronaut):
    scene, boxes = class_of(astronaut, 5, 110)
    answers = play(stream, (noisy(scene, seed) for seed in range(20)))
    assert backend.calls[0] == len(answers[0]) == 25
    for faces in answers:
        assert [face.track_id for face in faces] == [*range(1, 26)]
        assert all(face.box.overlap(box) > 0.4 for face, box in zip(faces, boxes, strict=True))
        assert {face.label for face in faces} == {"happy"}


def test_what_does_not_change_is_seldom_read_again(stream, backend, astronaut):
    scene, _ = class_of(astronaut, 5, 110)
    play(stream, [scene] * 30)  # two seconds
    assert sum(backend.calls) <= 25 * 4
    assert max(backend.calls[1:]) <= MOST_READ


def test_the_whole_picture_is_searched_once_and_then_in_pieces(backend, astronaut):
    detector = Counting()
    stream = StreamAnalyzer(constant_classifier(backend), detector)
    scene, _ = class_of(astronaut, 5, 110)
    stream.analyze(scene, 0.0)
    first = detector.pixels
    play(stream, [scene] * 10, FRAME_S)
    assert (detector.pixels - first) / 10 < first


def test_a_face_that_moves_is_followed(stream, astronaut):
    scene = on_background(astronaut, 1100, 480)
    answers = play(stream, (np.ascontiguousarray(scene[:, 300 - 6 * step : 940 - 6 * step]) for step in range(40)))
    places = []
    for faces in answers:
        (face,) = faces
        assert face.track_id == 1
        places.append((face.box.x1 + face.box.x2) / 2)
    assert places[-1] - places[0] == pytest.approx(6 * 39, abs=15)


def test_a_newcomer_is_found_and_one_who_leaves_is_forgotten(stream, astronaut):
    empty = np.full((480, 640, 3), (94, 100, 108), np.uint8)
    there = on_background(astronaut, 640, 480)
    answers = play(stream, [empty] * 15 + [there] * 30 + [empty] * 45)
    assert answers[14] == []
    assert len(answers[44]) == 1
    assert answers[-1] == []


def test_a_face_behind_a_hand_for_a_moment_keeps_its_number(stream, astronaut):
    scene = on_background(astronaut, 640, 480)
    (face,) = stream.analyze(scene, 0.0)
    play(stream, [scene] * 8, FRAME_S)
    covered = scene.copy()
    covered[face.box.y1 : face.box.y2, face.box.x1 : face.box.x2] = 90
    play(stream, [covered] * 8, 9 * FRAME_S)
    answers = play(stream, [scene] * 15, 17 * FRAME_S)
    assert [shown.track_id for shown in answers[-1]] == [face.track_id]


def test_another_scene_is_searched_at_once_and_has_other_faces(stream, astronaut):
    scene = on_background(astronaut, 640, 480)
    (face,) = stream.analyze(scene, 0.0)
    play(stream, [scene] * 5, FRAME_S)
    other, boxes = class_of(astronaut, 3, 120)
    other = cv2.resize(other, (640, 480))
    faces = stream.analyze(other, 6 * FRAME_S)
    assert len(faces) >= len(boxes) - 2
    assert face.track_id not in [shown.track_id for shown in faces]


@pytest.mark.parametrize("size", [(1, 1), (37, 23), (480, 640), (2160, 3840)])
def test_pictures_of_any_size_in_one_stream(stream, astronaut, size):
    scene = on_background(astronaut, 640, 480)
    (face,) = stream.analyze(scene, 0.0)
    height, width = size
    stream.analyze(cv2.resize(scene, (width, height)), FRAME_S)
    stream.analyze(np.zeros((height, width, 3), np.uint8), 2 * FRAME_S)
    (again,) = stream.analyze(scene, 3 * FRAME_S)
    assert again.box.overlap(face.box) > 0.8


def test_noise_and_black_have_no_faces(stream):
    rng = np.random.default_rng(4)
    noise = [rng.integers(0, 256, (360, 640, 3), dtype=np.uint8) for _ in range(10)]
    assert play(stream, noise + [np.zeros((360, 640, 3), np.uint8)] * 5) == [[]] * 15


def test_a_face_without_light_or_sharpness_is_unsure(stream, astronaut):
    blurred = cv2.GaussianBlur(on_background(astronaut, 640, 480), (0, 0), 9)
    box = Box(259, 62, 350, 153)
    stream.analyze(blurred, 0.0)
    stream._start_over(LIVE.pyramid(blurred), 1.0)
    from emotion.known import KnownFace

    stream._known = [KnownFace(LIVE.pyramid(blurred), box, 1.0, shown=True)]
    (face,) = stream._name(blurred, 1.0)
    assert (face.emotion, face.obstacle, face.label) == (None, "blurred", "unsure")


def test_after_a_restart_numbers_begin_anew(stream, astronaut):
    scene = on_background(astronaut, 640, 480)
    stream.analyze(scene, 0.0)
    stream.restart()
    (face,) = stream.analyze(scene, 50.0)
    assert face.track_id == 1


def test_streams_do_not_know_of_each_other(backend, astronaut):
    classifier = constant_classifier(backend)
    first, second = StreamAnalyzer(classifier), StreamAnalyzer(classifier)
    scene = on_background(astronaut, 640, 480)
    assert [face.track_id for face in first.analyze(scene, 0.0)] == [1]
    assert [face.track_id for face in second.analyze(scene, 0.0)] == [1]


@pytest.mark.parametrize("shift", [36, 44, 52])
def test_a_class_that_moves_as_a_whole_and_grows_is_read_at_once(astronaut, shift):
    """As a gallery that is scrolled: new faces have no scores yet, however many others are due."""
    face = cv2.cvtColor(np.ascontiguousarray(astronaut[60:170, 170:280]), cv2.COLOR_RGB2GRAY)
    empty = np.full((110, 110), 90, np.uint8)
    for first, then in ((20, 20), (20, 23), (24, 25), (16, 20)):
        stream = StreamAnalyzer(constant_classifier(ConstantBackend(happy=0.7), unsure_below=0.5))
        before, after = (gallery([face] * n + [empty] * (25 - n), 5, 5, face_px=110)[0] for n in (first, then))
        play(stream, [before] * 15)
        found = stream.analyze(np.roll(after, shift, axis=1), 15 * FRAME_S)
        assert len(found) >= then - 5  # those that the roll cuts in two
        assert all(face.emotion is not None for face in found)


def test_faces_that_pan_by_are_read_in_every_picture(astronaut):
    scene, _ = class_of(astronaut, 5, 110)
    stream = StreamAnalyzer(constant_classifier(ConstantBackend(happy=0.7), unsure_below=0.5))
    for number in range(12):
        found = stream.analyze(np.roll(scene, 30 * number, axis=1), number / 2)
        assert len(found) >= 15

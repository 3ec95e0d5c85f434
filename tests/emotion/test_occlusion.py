"""Where the network looked, with networks that look where we know."""

import numpy as np
import pytest

from emotion.analyzer import crop_faces, load_analyzer
from emotion.card import ModelCard
from emotion.classifier import EmotionClassifier
from emotion.faces import FACE_SIZE
from emotion.occlusion import SHOWN_PX, draw_map, in_words, occlusion_map
from tests.fakes import ConstantBackend, constant_classifier, make_scores


def face(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (1, FACE_SIZE, FACE_SIZE, 1), dtype=np.uint8)


class Looking:
    """Happy by how much white is in one place, and counting its calls."""

    def __init__(self, rows: slice, columns: slice) -> None:
        self._rows, self._columns = rows, columns
        self.calls = 0

    def __call__(self, faces):
        self.calls += 1
        white = faces[:, self._rows, self._columns].mean(axis=(1, 2, 3)) / 255
        return np.array([[*make_scores(happy=0.3 + 0.65 * share).values()] for share in white], np.float32)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [(8, 8, "the upper left"), (24, 24, "the middle"), (40, 24, "the lower middle"), (24, 40, "the middle right")],
)
def test_the_map_is_highest_where_the_network_looks(row, column, words):
    bright = np.full((1, FACE_SIZE, FACE_SIZE, 1), 30, np.uint8)
    rows, columns = slice(row - 4, row + 4), slice(column - 4, column + 4)
    bright[0, rows, columns] = 255
    backend = Looking(rows, columns)
    drops = occlusion_map(bright, EmotionClassifier(backend, ModelCard("looking")))
    assert drops.shape == (FACE_SIZE, FACE_SIZE)
    assert backend.calls == 1
    top = np.unravel_index(drops.argmax(), drops.shape)
    assert abs(top[0] - row) <= 5
    assert abs(top[1] - column) <= 5
    assert drops[rows, columns].mean() > 5 * np.abs(np.delete(drops, np.s_[max(row - 14, 0) : row + 14], axis=0)).max()
    assert in_words(drops) == words


def test_a_network_that_ignores_the_face_has_an_empty_map():
    drops = occlusion_map(face(), constant_classifier(ConstantBackend(happy=0.9)))
    np.testing.assert_allclose(drops, 0, atol=1e-6)
    assert in_words(drops) == "no part alone"
    drawn = draw_map(face(), drops)
    assert drawn.shape == (SHOWN_PX, SHOWN_PX, 3)


def test_the_face_stays_as_it_was():
    given = face()
    before = given.copy()
    draw_map(given, occlusion_map(given, constant_classifier(ConstantBackend(happy=0.9))))
    assert np.array_equal(given, before)


def test_the_shipped_network_looks_at_a_smile_s_lower_half(astronaut):
    analyzer = load_analyzer()
    (found,) = analyzer.analyze(astronaut)
    drops = occlusion_map(crop_faces(astronaut, [found.box]), analyzer.classifier)
    assert drops.max() > 0.005  # little: the network was fitted on faces with parts erased
    assert np.unravel_index(drops.argmax(), drops.shape)[0] > FACE_SIZE / 2
    assert in_words(drops).startswith(("the lower", "no part"))


@pytest.mark.parametrize("count", [0, 2])
def test_one_face_at_a_time(count):
    faces = np.zeros((count, FACE_SIZE, FACE_SIZE, 1), np.uint8)
    with pytest.raises(ValueError, match=f"expected one face, got {count}"):
        occlusion_map(faces, constant_classifier(ConstantBackend()))

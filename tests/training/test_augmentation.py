import numpy as np
import pytest

from tests.training.unvaried import UNVARIED
from training.augmentation import Augmentation


@pytest.fixture
def faces() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (8, 48, 48, 1), dtype=np.uint8)


def test_the_result_is_a_batch_of_faces_that_differ_from_the_input_and_from_each_other(faces):
    same = np.repeat(faces[:1], 8, axis=0)
    varied = Augmentation()(same, np.random.default_rng(2))
    assert varied.shape == same.shape
    assert varied.dtype == np.uint8
    assert len({face.tobytes() for face in varied}) == 8


def test_a_seed_gives_the_same_faces_again_and_another_seed_others(faces):
    first, again, other = (Augmentation()(faces, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_the_input_stays_as_it_is(faces):
    before = faces.copy()
    Augmentation(erase_chance=1, reduce_chance=1)(faces, np.random.default_rng(5))
    np.testing.assert_array_equal(faces, before)


def test_no_strength_changes_nothing(faces):
    np.testing.assert_array_equal(UNVARIED(faces, np.random.default_rng(6)), faces)


def test_no_faces_give_no_faces(faces):
    assert Augmentation()(faces[:0], np.random.default_rng(0)).shape == (0, 48, 48, 1)


def test_a_certain_flip_mirrors():
    face = np.tile(np.arange(48, dtype=np.uint8), (48, 1))
    mirrored = Augmentation(flip_chance=1, rotation_deg=0, shift=0, zoom=0, stretch=0).warp(
        face, np.random.default_rng(0)
    )
    np.testing.assert_array_equal(mirrored, face[:, ::-1])


def test_light_saturates_instead_of_wrapping_around():
    dark, bright = np.full((48, 48), 2, np.uint8), np.full((48, 48), 253, np.uint8)
    rng = np.random.default_rng(8)
    for _ in range(50):
        assert Augmentation().relight(dark, rng).max() < 80
        assert Augmentation().relight(bright, rng).min() > 180


def test_erasing_covers_at_most_the_area_it_is_given():
    face = np.full((48, 48), 128, np.uint8)
    strong = Augmentation(erase_chance=1, erase_area=0.12)
    rng = np.random.default_rng(9)
    changed = [float((strong.erase(face, rng) != face).mean()) for _ in range(100)]
    assert min(changed) > 0
    assert max(changed) < 0.2


def test_other_sides_keep_what_the_face_shows():
    face = np.zeros((1, 48, 48, 1), np.uint8)
    face[0, :24, :24] = 200  # a bright quarter
    small = UNVARIED(face, np.random.default_rng(0), side=32)
    assert small.shape == (1, 32, 32, 1)
    assert small[0, :15, :15].min() == 200
    assert small[0, 17:].max() == small[0, :, 17:].max() == 0


def test_blur_takes_contrast_and_compression_leaves_it_about_the_same(faces):
    rng = np.random.default_rng(3)
    face = faces[0, :, :, 0]
    blurred = [Augmentation(blur_chance=1).defocus(face, rng).std() for _ in range(20)]
    assert min(blurred) < face.std() / 2
    assert max(blurred) <= face.std()
    compressed = Augmentation(jpeg_chance=1).compress(face, rng)
    assert (compressed != face).any()
    assert abs(compressed.mean() - face.mean()) < 8

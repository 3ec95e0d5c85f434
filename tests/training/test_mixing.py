import numpy as np
import pytest

from training.labelled_faces import one_hot
from training.mixing import cutmix, mix, mixup


@pytest.fixture
def faces() -> np.ndarray:
    """Seven faces, each of one grey value, ten apart; face k is of emotion k."""
    return np.broadcast_to(np.arange(0, 70, 10, dtype=np.uint8)[:, None, None, None], (7, 48, 48, 1)).copy()


TARGETS = one_hot(np.arange(7))


def test_a_faded_face_is_as_much_of_both_as_its_target_says(faces):
    mixed, targets = mixup(faces, TARGETS, 1.0, np.random.default_rng(1))
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(mixed[:, 0, 0, 0], targets @ np.arange(0, 70, 10), atol=0.51)
    assert (targets.max(axis=1) < 1).any()


def test_a_patched_face_is_as_much_of_both_as_its_target_says(faces):
    for seed in range(20):
        mixed, targets = cutmix(faces, TARGETS, 1.0, np.random.default_rng(seed))
        shares = np.stack([(mixed == 10 * emotion).mean(axis=(1, 2, 3)) for emotion in range(7)], axis=1)
        np.testing.assert_allclose(targets, shares, atol=1e-6)


def test_the_input_stays_as_it_is_and_a_seed_gives_the_same_again(faces):
    before = faces.copy()
    for way in (mixup, cutmix):
        first, again, other = (way(faces, TARGETS, 1.0, np.random.default_rng(seed)) for seed in (2, 2, 3))
        np.testing.assert_array_equal(first[0], again[0])
        np.testing.assert_array_equal(first[1], again[1])
        assert (first[0] != other[0]).any()
        assert first[0].dtype == np.uint8
        assert first[1].dtype == np.float32
    np.testing.assert_array_equal(faces, before)


def test_alpha_zero_mixes_nothing_and_two_alphas_take_turns(faces):
    rng = np.random.default_rng(4)
    assert mix(faces, TARGETS, 0, 0, rng)[0] is faces
    faded = [(np.ptp(mix(faces, TARGETS, 1.0, 1.0, rng)[0], axis=(1, 2, 3)) == 0).all() for _ in range(40)]
    assert 5 < sum(faded) < 35

import keras
import numpy as np
import pytest

from training.config import TrainConfig
from training.fit import make_optimizer
from training.networks import LOGITS, emotion_net, make_network, multiply_adds

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shipped() -> keras.Model:
    """The network of the default settings, with its first weights."""
    return make_network(TrainConfig())


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return np.random.default_rng(1).integers(60, 160, (3, 48, 48, 1), dtype=np.uint8)


def test_answers_are_probabilities(shipped, faces):
    scores = keras.ops.convert_to_numpy(shipped(faces))
    assert scores.shape == (3, 7)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)
    assert shipped.get_layer(LOGITS).output.shape == (None, 7)


def test_a_brighter_face_is_the_same_face_inside(shipped, faces):
    inner = keras.Model(shipped.input, shipped.get_layer("standardise").output)
    dark, bright = (keras.ops.convert_to_numpy(inner(f)) for f in (faces - 50, faces + 90))
    np.testing.assert_allclose(dark, bright, atol=1e-4)
    np.testing.assert_allclose(dark.mean(axis=(1, 2, 3)), 0, atol=1e-4)


def test_a_face_of_one_grey_value_gives_numbers(shipped):
    blank = keras.ops.convert_to_numpy(shipped(np.full((1, 48, 48, 1), 200, np.uint8)))
    assert np.isfinite(blank).all()


def test_multiply_adds_of_a_small_network_as_counted_by_hand():
    network = emotion_net(stem=4, widths=(8,), blocks=(1,))
    stem = 48 * 48 * 9 * 1 * 4
    block = 24 * 24 * 9 * 4 * 8 + 24 * 24 * 9 * 8 * 8
    shortcut = 24 * 24 * 4 * 8
    attention = 8 * 4 + 4 * 8
    assert multiply_adds(network) == stem + block + shortcut + attention + 8 * 7


def test_the_shipped_network_is_small_enough_to_serve(shipped):
    assert shipped.count_params() <= 2_000_000
    assert multiply_adds(shipped) <= 60_000_000


def test_a_seed_decides_the_first_weights(faces):
    config = TrainConfig(stem=4, widths=(4,), blocks=(1,))
    first, again = (make_network(config).get_weights() for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_learning_rate_climbs_to_its_peak_and_falls_to_zero():
    config = TrainConfig(epochs=10, warmup_epochs=2, learning_rate=0.01)
    schedule = make_optimizer(config, steps_per_epoch=5)._learning_rate
    rates = [float(schedule(step)) for step in range(51)]
    assert rates[0] == 0
    assert max(rates) == pytest.approx(0.01)
    assert rates.index(max(rates)) == 10
    assert rates[50] == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs must be positive, got 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be positive, got nan"),
        ({"seed": -1}, "seed must not be negative, got -1"),
        ({"dropout": 1.0}, "dropout must be at least 0 and less than 1, got 1.0"),
        ({"label_smoothing": -0.1}, "label_smoothing must be at least 0 and less than 1, got -0.1"),
        ({"widths": (8, 16)}, "widths and blocks need the same length"),
        ({"blocks": (1, 0, 1)}, "widths and blocks must be positive"),
    ],
)
def test_settings_that_make_no_network_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**settings)

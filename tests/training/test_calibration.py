import keras
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from training.calibration import (
    choose_unsure_threshold,
    fit_temperature,
    with_temperature,
    without_temperature,
)
from training.networks import LOGITS, emotion_net


@pytest.fixture(scope="module")
def calibrated() -> tuple[np.ndarray, np.ndarray]:
    """Logits (20000, 7) and labels drawn from just the probabilities that they mean."""
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, (20_000, 7))
    return logits, (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_a_known_temperature_is_found_from_logits_and_from_log_probabilities(calibrated, temperature):
    logits, labels = calibrated
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.03)
    assert fit_temperature(log_softmax(logits * temperature, axis=1), labels) == pytest.approx(temperature, rel=0.03)


def test_bad_logits_are_refused():
    with pytest.raises(ValueError, match="n >= 1"):
        fit_temperature(np.zeros((0, 7)), np.zeros(0, np.int64))
    with pytest.raises(ValueError, match="finite"):
        fit_temperature(np.full((1, 7), np.nan), np.zeros(1, np.int64))


@pytest.mark.parametrize("wanted", [0.6, 0.75, 0.9])
def test_the_threshold_keeps_its_promise_and_no_smaller_one_does(calibrated, wanted):
    logits, labels = calibrated
    scores = softmax(logits, axis=1).astype(np.float32)
    confidence, right = scores.max(axis=1), scores.argmax(axis=1) == labels
    threshold = choose_unsure_threshold(scores, labels, wanted)
    assert right[confidence >= threshold].mean() >= wanted
    for smaller in np.unique(confidence[confidence < threshold])[-500:]:
        assert right[confidence >= smaller].mean() < wanted


def test_faces_of_one_confidence_are_claimed_together_or_not_at_all():
    scores = np.full((4, 7), 0.4 / 6, np.float32)
    scores[:, 0] = 0.6
    scores[0] = np.eye(7)[0]
    assert choose_unsure_threshold(scores, np.array([0, 0, 0, 1]), wanted_accuracy=0.9) == 1.0
    assert choose_unsure_threshold(scores, np.array([0, 0, 0, 1]), wanted_accuracy=0.75) == 0.0


def test_a_promise_that_no_threshold_keeps_claims_nothing():
    scores = np.full((3, 7), 0.1, np.float32)
    scores[:, 2] = 0.4
    assert choose_unsure_threshold(scores, np.array([0, 1, 3])) == 1.0


def test_no_faces_give_no_threshold():
    with pytest.raises(ValueError, match="n >= 1"):
        choose_unsure_threshold(np.zeros((0, 7), np.float32), np.zeros(0, np.int64))


@pytest.mark.slow
def test_the_temperature_is_part_of_the_network_afterwards():
    network = emotion_net(stem=4, widths=(4,), blocks=(1,))
    network.get_layer(LOGITS).set_weights([w * 5 for w in network.get_layer(LOGITS).get_weights()])
    faces = np.random.default_rng(1).integers(0, 256, (5, 48, 48, 1), dtype=np.uint8)
    logits = keras.ops.convert_to_numpy(keras.Model(network.input, network.get_layer(LOGITS).output)(faces))
    cooled = with_temperature(network, 2.5)
    scores = keras.ops.convert_to_numpy(cooled(faces))
    np.testing.assert_allclose(scores, softmax(logits / 2.5, axis=1), atol=1e-6)
    np.testing.assert_allclose(without_temperature(scores, 2.5), softmax(logits, axis=1), atol=1e-5)
    # A second temperature takes the first one's place instead of adding to it.
    again = keras.ops.convert_to_numpy(with_temperature(cooled, 1.0)(faces))
    np.testing.assert_allclose(again, softmax(logits, axis=1), atol=1e-6)
    with pytest.raises(ValueError, match="temperature must be positive"):
        with_temperature(network, 0)

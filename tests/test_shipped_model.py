"""The network in `model/` against FER-2013 itself: it is what its card says."""

from pathlib import Path

import numpy as np
import pytest

from emotion.card import ModelCard
from emotion.classifier import EmotionClassifier
from training.evaluate import evaluate, predict_all
from training.labelled_faces import Split
from training.provenance import file_sha256

REPOSITORY = Path(__file__).resolve().parents[1]
MODEL = REPOSITORY / "model"
LEAST_ACCURACY = 0.66
SAMPLE = 500


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return ModelCard.load(MODEL / "emotion_cnn.json")


def test_the_files_are_those_that_the_card_was_written_for(card):
    assert set(card.provenance["files"]) == {"emotion_cnn.keras", "emotion_cnn.tflite"}
    for name, expected in card.provenance["files"].items():
        assert file_sha256(MODEL / name) == expected, f"{name} is not the file that was measured"


def test_the_card_claims_enough(card):
    assert card.metrics["PrivateTest"]["accuracy"] >= LEAST_ACCURACY
    assert card.metrics["PublicTest"]["claimed_accuracy"] >= 0.85
    assert card.provenance["parameters"] <= 1_500_000
    assert card.provenance["multiply_adds"] <= 40_000_000


def test_the_card_tells_what_poor_pictures_and_the_apps_own_crops_cost(card):
    told = card.metrics["PrivateTest"]
    plain = told["poor_pictures"]["as it is"]
    assert plain == pytest.approx(told["accuracy"])
    assert 100 * (plain - told["poor_pictures"]["24 x 24 source pixels"]) <= 8
    assert told["found_again"]["faces"] > 2000
    assert told["ferplus"]["faces"] > 3000


@pytest.mark.data
@pytest.mark.slow
def test_private_test_accuracy_is_what_the_card_says(card, fer2013):
    classifier = EmotionClassifier.load(MODEL / "emotion_cnn.tflite")
    found = evaluate(classifier, fer2013[Split.PRIVATE_TEST], Split.PRIVATE_TEST)
    told = card.metrics["PrivateTest"]
    assert found.count == told["count"] == 3589
    assert found.accuracy == pytest.approx(told["accuracy"], abs=1e-4)
    assert found.macro_f1 == pytest.approx(told["macro_f1"], abs=1e-3)
    assert found.accuracy >= LEAST_ACCURACY


@pytest.mark.data
@pytest.mark.slow
def test_weights_of_eight_bits_cost_no_more_than_is_allowed(card, fer2013):
    small = EmotionClassifier.load(MODEL / "emotion_cnn_int8.tflite")
    for name, expected in small.card.provenance["files"].items():
        assert file_sha256(MODEL / name) == expected, f"{name} is not the file that was measured"
    found = evaluate(small, fer2013[Split.PUBLIC_TEST], Split.PUBLIC_TEST)
    assert found.accuracy == pytest.approx(small.card.metrics["PublicTest"]["accuracy"], abs=2e-3)
    assert found.accuracy >= card.metrics["PublicTest"]["accuracy"] - 0.003 - 2e-3


@pytest.mark.data
@pytest.mark.slow
def test_both_files_answer_alike(fer2013):
    pytest.importorskip("tensorflow", reason="the .keras file needs TensorFlow: pip install -r requirements-train.txt")
    faces = fer2013[Split.PUBLIC_TEST].faces[:SAMPLE]
    by_tflite, by_keras = (
        predict_all(EmotionClassifier.load(MODEL / f"emotion_cnn.{kind}"), faces) for kind in ("tflite", "keras")
    )
    assert np.abs(by_tflite - by_keras).max() <= 1e-3

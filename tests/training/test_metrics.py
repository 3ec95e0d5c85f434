import json

import numpy as np
import pytest

from emotion.labels import EMOTIONS, Emotion
from training.metrics import evaluate_scores, expected_calibration_error

# Truth and answer of seven faces: angry twice right and once taken for sad; happy right, and once taken for angry;
# sad right twice. Confidence 0.8, but 0.4 for the two mistakes.
TRUTH = np.array([0, 0, 0, 3, 3, 4, 4])
ANSWERS = np.array([0, 0, 4, 3, 0, 4, 4])


@pytest.fixture
def scores() -> np.ndarray:
    confidence = np.where(TRUTH == ANSWERS, 0.8, 0.4)[:, None]
    return np.where(np.arange(7) == ANSWERS[:, None], confidence, (1 - confidence) / 6).astype(np.float32)


@pytest.fixture
def evaluation(scores):
    return evaluate_scores(scores, TRUTH, unsure_below=0.5, split="PublicTest")


def test_the_numbers_are_those_counted_by_hand(evaluation):
    assert evaluation.count == 7
    assert evaluation.accuracy == pytest.approx(5 / 7)
    angry, happy, sad = (evaluation.per_emotion[e] for e in (Emotion.ANGRY, Emotion.HAPPY, Emotion.SAD))
    assert (angry.precision, angry.recall, angry.f1, angry.support) == pytest.approx((2 / 3, 2 / 3, 2 / 3, 3))
    assert (happy.precision, happy.recall, happy.f1, happy.support) == pytest.approx((1, 1 / 2, 2 / 3, 2))
    assert (sad.precision, sad.recall, sad.f1, sad.support) == pytest.approx((2 / 3, 1, 4 / 5, 2))
    assert evaluation.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 4 / 5) / 7)


def test_emotions_that_do_not_occur_count_as_zero(evaluation):
    disgust = evaluation.per_emotion[Emotion.DISGUST]
    assert (disgust.precision, disgust.recall, disgust.f1, disgust.support) == (0, 0, 0, 0)


def test_rows_of_the_confusion_matrix_are_the_truth(evaluation):
    assert np.array(evaluation.confusion).shape == (7, 7)
    assert evaluation.confusion[0] == (2, 0, 0, 0, 1, 0, 0)
    assert evaluation.confusion[3] == (1, 0, 0, 1, 0, 0, 0)
    assert evaluation.confusion[4] == (0, 0, 0, 0, 2, 0, 0)


def test_coverage_is_the_share_above_the_threshold_and_claimed_accuracy_how_right_it_is(scores, evaluation):
    assert (evaluation.coverage, evaluation.claimed_accuracy) == pytest.approx((5 / 7, 1))
    everything = evaluate_scores(scores, TRUTH, unsure_below=0, split="x")
    assert (everything.coverage, everything.claimed_accuracy) == pytest.approx((1, 5 / 7))
    nothing = evaluate_scores(scores, TRUTH, unsure_below=1, split="x")
    assert (nothing.coverage, nothing.claimed_accuracy) == (0, None)
    assert "nothing is claimed" in nothing.to_text()


def test_calibration_error_is_the_weighted_gap_per_bin(evaluation):
    # Five faces of confidence 0.8 are all right, two of 0.4 all wrong.
    assert evaluation.calibration_error == pytest.approx((5 * 0.2 + 2 * 0.4) / 7, abs=1e-6)


def test_calibration_error_sums_within_a_bin_before_it_takes_the_gap():
    confidence = np.array([0.61, 0.65, 0.62, 0.64, 0.05])
    right = np.array([True, True, False, False, False])
    assert expected_calibration_error(confidence, right) == pytest.approx((abs(2.52 - 2) + 0.05) / 5)
    assert expected_calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0


def test_the_dictionary_is_json_in_label_order(evaluation):
    values = json.loads(json.dumps(evaluation.to_dict(), allow_nan=False))
    assert list(values["per_emotion"]) == values["labels"] == [e.value for e in EMOTIONS]
    assert values["split"] == "PublicTest"
    assert values["confusion_matrix"][0][4] == 1
    assert values["claimed_accuracy"] == 1.0


def test_the_table_has_the_emotions_in_label_order_and_the_main_numbers(evaluation):
    text = evaluation.to_text()
    assert "accuracy 0.7143   macro-F1 0.3048" in text
    first_words = [line.split()[0] for line in text.splitlines() if line.strip()]
    assert [word for word in first_words if word in list(EMOTIONS)] == [
        *(e.value for e in EMOTIONS),  # the reports
        "angry",  # the heading of the matrix
        *(e.value for e in EMOTIONS),
    ]


@pytest.mark.parametrize(
    ("shape", "labels", "message"),
    [
        ((0, 7), np.array([], np.int64), "PublicTest has no faces to evaluate on"),
        ((2, 7), np.array([1]), r"expected scores of shape \(1, 7\), got \(2, 7\)"),
        ((1, 6), np.array([1]), r"expected scores of shape \(1, 7\), got \(1, 6\)"),
        ((1, 7), np.array([1]), "no probabilities"),
    ],
)
def test_what_is_no_evaluation_is_refused(shape, labels, message):
    with pytest.raises(ValueError, match=message):
        evaluate_scores(np.ones(shape, np.float32), labels, 0, "PublicTest")


def test_scores_that_are_no_numbers_are_refused(scores):
    scores[3, 2] = np.nan
    with pytest.raises(ValueError, match="no probabilities"):
        evaluate_scores(scores, TRUTH, 0, "PublicTest")

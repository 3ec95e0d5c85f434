"""The evaluation's figures, and views that are averaged."""

import json

import numpy as np
import pytest

from emotion.faces import FaceBatch, Scores
from emotion.labels import EMOTIONS, Emotion
from training.curves import areas, one_vs_rest
from training.evaluate import main
from training.evaluation_report import most_wrong
from training.view_averaging import Averaging, predict_averaged, views


def by_left_brightness(faces: FaceBatch) -> Scores:
    """A made-up network: the brighter the left half, the more happy, else sad."""
    happy = faces[:, :, :24].mean(axis=(1, 2, 3)) / 255
    scores = np.zeros((len(faces), len(EMOTIONS)), np.float32)
    scores[:, EMOTIONS.index(Emotion.HAPPY)] = happy
    scores[:, EMOTIONS.index(Emotion.SAD)] = 1 - happy
    return scores


@pytest.fixture
def half_bright() -> FaceBatch:
    face = np.zeros((1, 48, 48, 1), np.uint8)
    face[:, :, :24] = 255
    return face


def test_a_plain_pass_is_the_networks_own_answer(half_bright):
    assert np.array_equal(
        predict_averaged(by_left_brightness, half_bright, Averaging.NONE), by_left_brightness(half_bright)
    )


@pytest.mark.parametrize(("averaging", "count"), [(Averaging.NONE, 1), (Averaging.FLIP, 2), (Averaging.TEN_CROP, 10)])
def test_views_are_as_many_as_their_name_says(half_bright, averaging, count):
    made = [*views(half_bright, averaging)]
    assert len(made) == count
    assert {view.shape for view in made} == {half_bright.shape}


@pytest.mark.parametrize("averaging", [Averaging.FLIP, Averaging.TEN_CROP])
def test_averaged_views_do_not_know_left_from_right(half_bright, averaging):
    scores = predict_averaged(by_left_brightness, half_bright, averaging)
    assert scores[0, EMOTIONS.index(Emotion.HAPPY)] == pytest.approx(0.5, abs=0.01)
    assert scores.sum() == pytest.approx(1, abs=1e-5)


def test_areas_of_a_perfect_and_of_a_blind_probability():
    labels = np.array([3, 3, 4, 4])
    scores = np.zeros((4, 7), np.float32)
    scores[:, 3] = [0.9, 0.8, 0.1, 0.2]
    scores[:, 4] = 0.5
    found = areas(one_vs_rest(scores, labels))
    assert found["happy"] == {"roc_area": 1.0, "average_precision": 1.0}
    assert found["sad"] == {"roc_area": 0.5, "average_precision": 0.5}
    assert set(found) == {"happy", "sad"}


def test_the_most_wrong_come_first_and_right_answers_not_at_all():
    labels = np.array([0, 1, 2])
    scores = np.full((3, 7), 0.05, np.float32)
    scores[0, 0] = 0.7  # right
    scores[1, 2], scores[1, 1] = 0.4, 0.35  # nearly right
    scores[2, 3], scores[2, 2] = 0.7, 0.05
    assert most_wrong(scores, labels, 10).tolist() == [2, 1]
    assert most_wrong(scores, labels, 1).tolist() == [2]


def test_the_report_stands_alone_and_says_how_it_was_measured(tmp_path, synthetic_csv, finished_run, capsys):
    model, numbers = finished_run / "export" / "emotion_cnn.tflite", tmp_path / "numbers.json"
    options = ["--model", str(model), "--data", str(synthetic_csv), "--history", str(finished_run / "history.csv")]
    report = ["--report", str(tmp_path / "report"), "--average", "flip", "--json", str(numbers)]
    assert main([*options, *report]) == 0
    assert "averaging flip: " in capsys.readouterr().out
    assert json.loads(numbers.read_text())["averaging"] == "flip"
    page = (tmp_path / "report" / "index.html").read_text()
    assert page.count("data:image/png;base64,") == 5
    assert page.count("(averaging: flip)</figcaption>") == 5
    assert "do not publish it" in page
    assert 'src="http' not in page


def test_without_options_nothing_is_averaged(synthetic_csv, finished_run, capsys):
    model = finished_run / "export" / "emotion_cnn.tflite"
    assert main(["--model", str(model), "--data", str(synthetic_csv), "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["averaging"] == "none"
    assert 0 <= found["one_vs_rest"]["happy"]["roc_area"] <= 1


def test_a_missing_history_is_an_error_when_asked_for(tmp_path, synthetic_csv, finished_run, capsys):
    model = finished_run / "export" / "emotion_cnn.tflite"
    options = ["--model", str(model), "--data", str(synthetic_csv), "--report", str(tmp_path / "report")]
    assert main([*options, "--history", str(tmp_path / "none.csv")]) == 2
    assert "no history at" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()

import json
import shutil

import numpy as np
import pytest

from emotion.card import ModelCard
from emotion.classifier import EmotionClassifier
from emotion.labels import EMOTIONS
from training.evaluate import main, predict_all

pytestmark = pytest.mark.slow


@pytest.fixture
def model(finished_run) -> str:
    return str(finished_run / "export" / "emotion_cnn.tflite")


def test_it_finds_what_the_card_says(finished_run, model, synthetic_csv, tmp_path, capsys):
    card = ModelCard.load(finished_run / "export" / "emotion_cnn.json")
    for split in ("PublicTest", "PrivateTest"):
        out = tmp_path / f"{split}.json"
        assert main(["--model", model, "--data", str(synthetic_csv), "--split", split, "--json", str(out)]) == 0
        found, told = json.loads(out.read_text()), dict(card.metrics[split])
        assert found.pop("averaging") == "none"
        assert set(found.pop("one_vs_rest")) == {emotion.value for emotion in EMOTIONS}
        assert found.pop("model") == card.name
        assert found == {name: told[name] for name in found}
        assert f"accuracy {told['accuracy']:.4f}" in capsys.readouterr().out


def test_the_keras_file_answers_alike_and_json_may_go_to_the_terminal(finished_run, synthetic_csv, capsys):
    model = str(finished_run / "export" / "emotion_cnn.keras")
    assert main(["--model", model, "--data", str(synthetic_csv), "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    told = ModelCard.load(finished_run / "export" / "emotion_cnn.json").metrics["PrivateTest"]
    assert found["confusion_matrix"] == told["confusion_matrix"]
    assert found["expected_calibration_error"] == pytest.approx(told["expected_calibration_error"], abs=1e-4)


def test_a_run_s_best_network_needs_no_card(finished_run, synthetic_csv, capsys):
    assert main(["--model", str(finished_run / "best.keras"), "--data", str(synthetic_csv)]) == 0
    printed = capsys.readouterr()
    assert "has no card yet" in printed.err
    assert "100.0% of faces" in printed.out


@pytest.mark.parametrize("name", ["none.tflite", "none.keras", "model.onnx", "card_missing.tflite", "noise.tflite"])
def test_a_wrong_model_is_one_line_and_exit_code_2(finished_run, model, synthetic_csv, tmp_path, capfd, name):
    if name == "card_missing.tflite":
        shutil.copy(model, tmp_path / name)
    if name == "noise.tflite":
        (tmp_path / name).write_bytes(b"no network")
        (tmp_path / "noise.json").write_text(ModelCard(name="x").to_json())
    assert main(["--model", str(tmp_path / name), "--data", str(synthetic_csv)]) == 2
    error = capfd.readouterr().err
    assert error.startswith("training.evaluate: ")
    assert name.split(".")[0] in error
    assert "Traceback" not in error


def test_wrong_data_is_one_line_and_exit_code_2(model, tmp_path, capsys):
    assert main(["--model", model, "--data", str(tmp_path / "none.csv")]) == 2
    (tmp_path / "empty.csv").write_text("emotion,pixels,Usage\n")
    assert main(["--model", model, "--data", str(tmp_path / "empty.csv")]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert "no data set at" in errors[0]
    assert "no faces below the header" in errors[1]


def test_any_number_of_faces_is_answered(model):
    classifier = EmotionClassifier.load(model)
    faces = np.random.default_rng(1).integers(0, 256, (259, 48, 48, 1), dtype=np.uint8)
    scores = predict_all(classifier, faces)
    assert scores.shape == (259, 7)
    np.testing.assert_allclose(scores[[0, 258]], classifier.predict(faces[[0, 258]]), atol=1e-5)
    assert predict_all(classifier, faces[:0]).shape == (0, 7)

"""Spoilt pictures."""

import json

import numpy as np
import pytest

from training.robustness import CONDITIONS, brightness, main, moved, source_size, spoil, table


@pytest.fixture
def faces() -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.integers(30, 150, (3, 48, 48, 1), dtype=np.uint8)


@pytest.mark.parametrize("name", [*CONDITIONS])
def test_every_condition_but_the_first_changes_faces_and_keeps_their_shape(faces, name):
    before = faces.copy()
    spoilt = spoil(faces, CONDITIONS[name])
    assert np.array_equal(faces, before)
    assert (spoilt.shape, spoilt.dtype) == (faces.shape, np.uint8)
    assert np.array_equal(spoilt, faces) == (name == "as it is")


def test_brightness_is_a_factor_cut_at_white():
    face = np.array([[0, 100, 250]], np.uint8)
    assert brightness(1.4)(face).tolist() == [[0, 140, 255]]
    assert brightness(0.6)(face).tolist() == [[0, 60, 150]]


def test_a_shift_moves_by_a_share_of_the_side():
    face = np.zeros((48, 48), np.uint8)
    face[24, 20] = 255
    shifted = moved(right=0.25, down=0.125)(face)
    assert np.argwhere(shifted == 255).tolist() == [[30, 32]]


def test_a_smaller_source_has_less_detail():
    face = np.zeros((48, 48), np.uint8)
    face[::2] = 255
    assert source_size(24)(face).std() < 0.1 * face.std()


def test_points_are_counted_from_the_plain_accuracy():
    lines = table({"as it is": 0.70, "dark": 0.65}).splitlines()
    assert lines[1].split() == ["as", "it", "is", "70.00%", "+0.00"]
    assert lines[2].split() == ["dark", "65.00%", "-5.00"]


def test_the_command_prints_and_writes_every_condition(tmp_path, synthetic_csv, finished_run, capsys):
    model, out = finished_run / "export" / "emotion_cnn.tflite", tmp_path / "out.json"
    assert main(["--model", str(model), "--data", str(synthetic_csv), "--json", str(out)]) == 0
    assert [*json.loads(out.read_text())["accuracy"]] == [*CONDITIONS]
    printed = capsys.readouterr().out
    assert [name for name in CONDITIONS if name not in printed] == []


def test_bad_input_is_one_line_and_exit_code_2(tmp_path, capsys):
    assert main(["--model", str(tmp_path / "none.tflite"), "--data", "none.csv"]) == 2
    assert capsys.readouterr().err.count("\n") == 1

"""Wrong labels among striped pictures are found by networks that did not see them."""

import csv
from pathlib import Path

import numpy as np
import pytest

from training.audit import main, rank_suspects, table
from training.csv_files import write_csv_file
from training.dataset import read_dataset
from training.labelled_faces import LabelledFaces, Split, one_hot
from training.targets import read_exclusions, read_soft_targets

WRONG = (3, 20, 41, 77, 100)


def settings(folder: Path, data: Path) -> list[str]:
    """A network that learns stripes in seconds; lenet's preset mirrors none, which would change what they mean."""
    preset = ["--preset", "lenet", "--network", "emotion_net", "--schedule", "cosine"]
    small = ["--stem", "6", "--widths", "8", "12", "--blocks", "1", "1", "--dropout", "0", "--precision", "float32"]
    quick = ["--epochs", "12", "--batch-size", "6", "--warmup-epochs", "0.5", "--learning-rate", "0.01"]
    return ["--data", str(data), "--run", str(folder), "--folds", "2", *preset, *small, *quick]


@pytest.fixture(scope="module")
def mislabelled(synthetic_csv, tmp_path_factory) -> Path:
    """The striped pictures with five Training labels moved on by three."""
    data = dict(read_dataset(synthetic_csv))
    training = data[Split.TRAINING]
    labels = training.labels.copy()
    labels[list(WRONG)] = (labels[list(WRONG)] + 3) % 7
    data[Split.TRAINING] = LabelledFaces(training.faces, labels)
    path = tmp_path_factory.mktemp("wrong") / "wrong.csv"
    write_csv_file(path, data)
    return path


@pytest.mark.slow
def test_wrong_labels_are_found_and_can_be_left_out(mislabelled, tmp_path, capsys):
    folder = tmp_path / "audit"
    assert main(settings(folder, mislabelled)) == 0
    with (folder / "audit.csv").open(newline="") as file:
        rows = [*csv.DictReader(file)]
    found = {int(row["index"]) for row in rows}
    assert found <= set(WRONG)
    assert len(found) >= 3  # confident learning leaves out what it is not sure of
    assert all(row["label"] != row["answer"] for row in rows)
    assert set(read_exclusions(folder / "audit.csv", 180)) == found
    assert read_soft_targets(folder / "answers.csv", 180).shape == (180, 7)
    assert (folder / "sheet.png").read_bytes().startswith(b"\x89PNG")
    printed = capsys.readouterr().out
    assert f"{len(rows)} of 180 Training labels are suspect" in printed
    assert "do not publish it" in printed

    assert main(settings(folder, mislabelled)) == 2
    assert "holds a run already: add --resume" in capsys.readouterr().err
    assert main([*settings(folder, mislabelled), "--resume", "--worst", "2"]) == 0  # nothing is fitted again
    assert len(read_exclusions(folder / "audit.csv", 180)) == 2


def test_only_labels_that_the_answers_speak_against_are_suspect():
    labels = np.arange(70) % 7
    data = LabelledFaces(np.zeros((70, 48, 48, 1), np.uint8), labels)
    answers = 0.88 * one_hot(labels) + 0.12 / 7
    answers[10] = 0.88 * one_hot(np.array([0]))[0] + 0.12 / 7
    assert rank_suspects(answers, data).tolist() == [10]
    lines = table(np.array([10]), answers, data).splitlines()
    assert lines[0].startswith("1 of 70 Training labels are suspect; networks that had not seen them foretell 98.57%")
    assert lines[5].split() == ["happy", "10", "1", "10.0%", "angry"]


def test_exclusions_which_each_fold_would_replace_are_refused(tmp_path, capsys):
    assert main([*settings(tmp_path, tmp_path / "none.csv"), "--exclude", "audit.csv"]) == 2
    assert "--exclude is for training.train" in capsys.readouterr().err


@pytest.mark.parametrize("folds", ["1", "30"])
def test_folds_that_cannot_be_dealt_are_refused(tmp_path, synthetic_csv, folds, capsys):
    options = [*settings(tmp_path, synthetic_csv), "--folds", folds]
    assert main(options) == 2
    assert "folds must be 2-25, as the rarest emotion has 25 faces" in capsys.readouterr().err

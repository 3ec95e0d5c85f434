import numpy as np
import pytest

from tests.training.test_targets import write_votes
from training.dataset import read_dataset
from training.ferplus import agreement, main, majority
from training.labelled_faces import Split, one_hot


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([0, 0, 0, 9, 0, 0, 1, 0, 0, 0], 3),
        ([0, 0, 0, 5, 0, 0, 5, 0, 0, 0], -1),  # half is no majority
        ([1, 1, 1, 4, 1, 1, 1, 0, 0, 0], 3),  # votes that stand alone are dropped
        ([0, 0, 0, 2, 0, 0, 0, 8, 0, 0], -1),  # contempt
        ([0, 0, 0, 2, 0, 0, 0, 0, 8, 0], -1),  # unknown
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 10], -1),  # no face
        ([0, 0, 0, 3, 0, 0, 2, 0, 5, 0], -1),
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], -1),
    ],
)
def test_the_majority_of_the_votes(votes, expected):
    assert majority(np.array([votes], np.float32)).tolist() == [expected]


def test_faces_without_a_majority_do_not_count():
    counts = np.zeros((4, 10), np.float32)
    counts[0, 3] = counts[1, 4] = counts[2, 3] = 10
    accuracy, faces = agreement(one_hot(np.array([3, 3, 3, 3])), counts)
    assert (accuracy, faces) == (pytest.approx(2 / 3), 3)


def test_no_majority_at_all_is_told():
    with pytest.raises(ValueError, match="no face has a majority"):
        agreement(one_hot(np.array([3])), np.zeros((1, 10), np.float32))


def test_the_command_measures_the_split_that_is_asked_for(tmp_path, synthetic_csv, finished_run, capsys):
    part = read_dataset(synthetic_csv)[Split.PRIVATE_TEST]
    votes = write_votes(tmp_path / "votes.csv", 8 * one_hot(part.labels), usage="PrivateTest")
    model = str(finished_run / "export" / "emotion_cnn.tflite")
    options = ["--model", model, "--data", str(synthetic_csv), "--votes", str(votes)]
    assert main([*options, "--split", "PrivateTest"]) == 0
    assert "FER+ PrivateTest" in capsys.readouterr().out
    assert main([*options, "--split", "Training"]) == 2
    assert "has votes for 0 Training faces, the data set has 180" in capsys.readouterr().err

import numpy as np
import pytest

from emotion.labels import EMOTIONS
from tests.training.test_targets import write_votes
from training.consensus import foretell, main, score
from training.csv_files import write_csv_file
from training.labelled_faces import LabelledFaces, Split, one_hot
from training.targets import read_soft_targets, write_soft_targets


def faces_and_votes(count: int = 420) -> tuple[LabelledFaces, np.ndarray, np.ndarray]:
    """Faces whose label is wrong every fifth time; votes and answers each tell the truth of other faces."""
    rng = np.random.default_rng(5)
    truth = np.arange(count) % len(EMOTIONS)
    labels = np.where(rng.random(count) < 0.2, rng.integers(0, len(EMOTIONS), count), truth)
    data = LabelledFaces(rng.integers(0, 256, (count, 48, 48, 1), dtype=np.uint8), labels)
    votes = np.where(rng.random((count, 1)) < 0.7, one_hot(truth), one_hot(rng.permutation(truth)))
    answers = np.where(rng.random((count, 1)) < 0.7, one_hot(truth), 1 / 7).astype(np.float32)
    return data, votes, answers


def test_both_kinds_of_evidence_foretell_labels_better_than_one():
    data, votes, answers = faces_and_votes()
    alone = score(foretell(votes, data, seed=1), data)
    together = score(foretell(np.hstack([votes, answers]), data, seed=1), data)
    assert together[0] > alone[0]
    assert together[1] < alone[1]


def test_a_label_does_not_foretell_itself():
    data, _, _ = faces_and_votes()
    noise = np.random.default_rng(2).normal(size=(len(data), 40))
    assert score(foretell(noise, data, seed=1), data)[0] < 0.25


def test_the_command_writes_targets_that_training_reads(tmp_path, capsys):
    data, votes, answers = faces_and_votes()
    csv = tmp_path / "faces.csv"
    empty = data[np.arange(7)]
    write_csv_file(csv, {Split.TRAINING: data, Split.PUBLIC_TEST: empty, Split.PRIVATE_TEST: empty})
    write_votes(tmp_path / "votes.csv", 8 * votes)
    write_soft_targets(tmp_path / "answers.csv", answers)
    out = tmp_path / "targets.csv"
    options = ["--data", str(csv), "--votes", str(tmp_path / "votes.csv"), "--answers", str(tmp_path / "answers.csv")]
    assert main([*options, "--out", str(out)]) == 0
    targets = read_soft_targets(out, len(data))
    printed = capsys.readouterr().out
    assert f"votes and answers{score(targets, data)[0]:17.2%}" in printed
    assert "--soft-targets" in printed


def test_no_evidence_is_told(tmp_path, synthetic_csv, capsys):
    assert main(["--data", str(synthetic_csv), "--out", str(tmp_path / "targets.csv")]) == 2
    assert "give --votes FILE, --answers FILE or both" in capsys.readouterr().err
    assert not (tmp_path / "targets.csv").exists()


@pytest.mark.parametrize("option", ["--votes", "--answers"])
def test_a_missing_file_is_told(tmp_path, synthetic_csv, capsys, option):
    assert main(["--data", str(synthetic_csv), option, str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err

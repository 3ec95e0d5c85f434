import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from training.config import TrainConfig
from training.ferplus import FERPLUS_COLUMNS, ferplus_votes
from training.labelled_faces import LabelledFaces, one_hot
from training.targets import (
    balanced_weights,
    prepare,
    read_exclusions,
    read_soft_targets,
    write_exclusions,
    write_soft_targets,
)


@pytest.fixture
def training() -> LabelledFaces:
    """14 faces, two of each emotion; each has its own number as grey value."""
    faces = np.broadcast_to(np.arange(14, dtype=np.uint8)[:, None, None, None], (14, 48, 48, 1))
    return LabelledFaces(faces.copy(), np.arange(14) % 7)


def write_votes(path: Path, votes: np.ndarray, usage: str = "Training") -> Path:
    """A file like fer2013new.csv: `votes` (n, 7) in our order, one for contempt, and a PublicTest row."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Usage", "Image name", *FERPLUS_COLUMNS, "contempt", "unknown", "NF"])
        for row in votes:
            writer.writerow([usage, "fer.png", *row, 1, 0, 0])
        writer.writerow(["PublicTest", "fer.png", *[0] * 7, 0, 0, 10])
    return path


def test_votes_are_shares_of_the_seven_and_a_face_without_votes_keeps_its_label(tmp_path, training):
    counts = 8 * one_hot(training.labels)
    counts[0] = [6, 0, 0, 0, 2, 0, 0]
    counts[1] = 0
    votes = ferplus_votes(write_votes(tmp_path / "votes.csv", counts), training)
    np.testing.assert_allclose(votes[0], [0.75, 0, 0, 0, 0.25, 0, 0])
    np.testing.assert_allclose(votes[1], one_hot(np.array([1]))[0])
    np.testing.assert_allclose(votes.sum(axis=1), 1)
    assert votes.dtype == np.float32


def test_votes_are_mixed_into_the_targets_by_their_share(tmp_path, training):
    counts = 8 * one_hot(training.labels)
    counts[0] = [6, 0, 0, 0, 2, 0, 0]
    path = write_votes(tmp_path / "votes.csv", counts)
    _, targets = prepare(TrainConfig(ferplus=str(path), ferplus_share=0.4), training)
    np.testing.assert_allclose(targets[0], [0.9, 0, 0, 0, 0.1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(targets[1:], one_hot(training.labels)[1:], atol=1e-6)


def test_votes_for_another_number_of_faces_are_refused(tmp_path, training):
    path = write_votes(tmp_path / "votes.csv", one_hot(training.labels)[:13])
    with pytest.raises(ValueError, match=r"votes\.csv has votes for 13 Training faces, the data set has 14"):
        ferplus_votes(path, training)


def test_votes_in_another_order_are_refused(tmp_path, training):
    path = write_votes(tmp_path / "votes.csv", np.roll(one_hot(training.labels), 1, axis=0))
    with pytest.raises(ValueError, match=r"label of 0% of the Training faces.*in the original order"):
        ferplus_votes(path, training)


@pytest.mark.parametrize(("vote", "message"), [("many", "be numbers"), ("-1", "not be negative"), ("nan", "not be")])
def test_votes_that_are_none_are_refused(tmp_path, training, vote, message):
    path = write_votes(tmp_path / "votes.csv", np.full((14, 7), vote))
    with pytest.raises(ValueError, match=message):
        ferplus_votes(path, training)


def test_a_file_of_another_kind_is_refused_with_the_columns_it_lacks(tmp_path, training):
    path = tmp_path / "votes.csv"
    path.write_text("Usage,anger\nTraining,1\n")
    with pytest.raises(ValueError, match="without: disgust, fear, happiness, sadness, surprise, neutral"):
        ferplus_votes(path, training)


def test_excluded_faces_and_their_targets_are_left_out(tmp_path, training):
    path = tmp_path / "audit.csv"
    path.write_text("index,label,suspected\n9,2,3\n0,0,6\n9,2,3\n")
    data, targets = prepare(TrainConfig(exclude=str(path)), training)
    kept = [n for n in range(14) if n not in (0, 9)]
    assert data.faces[:, 0, 0, 0].tolist() == kept
    np.testing.assert_array_equal(targets, one_hot(np.array(kept) % 7))


def test_votes_stay_with_their_faces_when_some_are_excluded(tmp_path, training):
    votes = write_votes(tmp_path / "votes.csv", one_hot(training.labels))
    (tmp_path / "audit.csv").write_text("index\n3\n")
    config = TrainConfig(ferplus=str(votes), ferplus_share=1.0, exclude=str(tmp_path / "audit.csv"))
    data, targets = prepare(config, training)
    np.testing.assert_array_equal(targets.argmax(axis=1), data.labels)


@pytest.mark.parametrize("index", ["14", "-1", "", "1.5", "first"])
def test_an_index_that_is_no_training_face_is_refused_with_its_line(tmp_path, index):
    path = tmp_path / "audit.csv"
    path.write_text(f"index,label\n2,3\n{index},3\n")
    with pytest.raises(ValueError, match=rf"audit\.csv, line 3: expected an index 0-13 .* got '{index}'"):
        read_exclusions(path, 14)


def test_leaving_out_all_faces_of_an_emotion_is_refused(tmp_path, training):
    (tmp_path / "audit.csv").write_text("index\n1\n8\n")
    with pytest.raises(ValueError, match="leaves no Training face of disgust"):
        prepare(TrainConfig(exclude=str(tmp_path / "audit.csv")), training)


def test_without_files_the_targets_are_the_labels(training):
    data, targets = prepare(TrainConfig(), training)
    assert data is training
    np.testing.assert_array_equal(targets, one_hot(training.labels))


def test_balanced_weights_make_all_emotions_count_alike_and_the_mean_face_one():
    labels = np.array([0] * 6 + [1] * 2 + [6] * 4)
    weights = balanced_weights(labels)
    np.testing.assert_allclose(np.bincount(labels, weights[labels])[[0, 1, 6]], 4)
    assert weights[labels].mean() == pytest.approx(1)
    assert np.isfinite(weights).all()


def test_a_config_of_an_older_version_has_defaults_for_what_it_lacks(tmp_path):
    old = {
        *("epochs", "batch_size", "learning_rate", "warmup_epochs", "weight_decay", "label_smoothing", "seed", "stem"),
        *("widths", "blocks", "dropout", "augmentation"),
    }
    values = {key: value for key, value in dataclasses.asdict(TrainConfig(epochs=7)).items() if key in old}
    (tmp_path / "config.json").write_text(json.dumps(values))
    assert TrainConfig.load(tmp_path / "config.json") == TrainConfig(epochs=7)


@pytest.mark.data
def test_fer2013_s_votes_fit_its_training_faces(fer2013_csv):
    from training.dataset import read_dataset
    from training.labelled_faces import Split

    votes = fer2013_csv.with_name("fer2013new.csv")
    if not votes.is_file():
        pytest.skip("no fer2013new.csv beside fer2013.csv")
    training = read_dataset(fer2013_csv)[Split.TRAINING]
    assert (ferplus_votes(votes, training).argmax(axis=1) == training.labels).mean() > 0.6


def test_exclusions_are_read_back_as_written(tmp_path):
    write_exclusions(tmp_path / "out.csv", np.array([4, 0, 13]))
    assert read_exclusions(tmp_path / "out.csv", 14).tolist() == [0, 4, 13]


def test_soft_targets_are_read_back_as_written(tmp_path):
    targets = np.random.default_rng(1).dirichlet(np.ones(7), 14).astype(np.float32)
    write_soft_targets(tmp_path / "soft.csv", targets)
    read = read_soft_targets(tmp_path / "soft.csv", 14)
    np.testing.assert_allclose(read, targets, atol=1e-6)
    assert read.dtype == np.float32


def test_soft_targets_are_mixed_in_by_their_share_beside_votes(tmp_path, training):
    soft = np.full((14, 7), 1 / 7, np.float32)
    write_soft_targets(tmp_path / "soft.csv", soft)
    votes = write_votes(tmp_path / "votes.csv", 8 * one_hot(training.labels))
    config = TrainConfig(
        ferplus=str(votes), ferplus_share=0.25, soft_targets=str(tmp_path / "soft.csv"), soft_share=0.5
    )
    _, targets = prepare(config, training)
    np.testing.assert_allclose(targets, 0.5 * one_hot(training.labels) + 0.5 / 7, atol=1e-5)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("0.5,0.5,0.5,0,0,0,0", r"soft\.csv, line 3: expected probabilities that add up to 1"),
        ("-1,1,1,0,0,0,0", r"soft\.csv, line 3: expected probabilities"),
        ("nan,1,0,0,0,0,0", r"soft\.csv, line 3: expected probabilities"),
        ("much,0,0,0,0,0,0", r"soft\.csv: probabilities must be numbers"),
        ("1,0", r"soft\.csv: probabilities must be numbers"),
    ],
)
def test_soft_targets_that_are_no_probabilities_are_refused(tmp_path, row, expected):
    path = tmp_path / "soft.csv"
    path.write_text(f"angry,disgust,fear,happy,sad,surprise,neutral\n1,0,0,0,0,0,0\n{row}\n")
    with pytest.raises(ValueError, match=expected):
        read_soft_targets(path, 2)


def test_soft_targets_for_another_number_of_faces_are_refused(tmp_path):
    write_soft_targets(tmp_path / "soft.csv", one_hot(np.arange(7)))
    with pytest.raises(ValueError, match=r"has 7 rows, the data set has 8 Training faces"):
        read_soft_targets(tmp_path / "soft.csv", 8)

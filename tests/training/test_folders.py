"""Image folders in, image folders out."""

import cv2
import numpy as np
import pytest

from emotion.labels import EMOTIONS
from training.dataset import main, read_dataset
from training.labelled_faces import Split, sha256


def save(path, value: int = 90, shape=(48, 48)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full(shape, value, np.uint8))


def fill(root, count: int = 3, name: str = "{}.png") -> None:
    for emotion in EMOTIONS:
        for index in range(count):
            save(root / emotion.value / name.format(index), value=10 * index)


def counts(data) -> dict[str, int]:
    return {split.value: len(part) for split, part in data.items()}


def test_kaggles_test_folder_holds_both_test_splits(tmp_path):
    fill(tmp_path / "train", 4, "Training_{}.png")
    fill(tmp_path / "test", 2, "PublicTest_{}.png")
    fill(tmp_path / "test", 1, "PrivateTest_{}.png")
    assert counts(read_dataset(tmp_path)) == {"Training": 28, "PublicTest": 14, "PrivateTest": 7}


def test_train_validation_and_test_are_the_three_splits(tmp_path):
    for folder, count in (("train", 3), ("validation", 2), ("test", 1)):
        fill(tmp_path / folder, count)
    assert counts(read_dataset(tmp_path)) == {"Training": 21, "PublicTest": 14, "PrivateTest": 7}


def test_without_a_validation_folder_a_tenth_is_set_aside_of_train(tmp_path):
    fill(tmp_path / "train", 10)
    fill(tmp_path / "test", 2)
    assert counts(read_dataset(tmp_path)) == {"Training": 63, "PublicTest": 7, "PrivateTest": 14}


def test_emotion_folders_alone_are_split(tmp_path):
    fill(tmp_path, 20)
    data = read_dataset(tmp_path)
    assert counts(data) == {"Training": 112, "PublicTest": 14, "PrivateTest": 14}
    assert set(data[Split.PRIVATE_TEST].counts().values()) == {2}


def test_pictures_of_any_size_and_colour_become_grey_faces(tmp_path):
    fill(tmp_path / "train", 2)
    save(tmp_path / "train" / "happy" / "large.jpg", 200, (300, 200, 3))
    save(tmp_path / "train" / "happy" / "small.png", 200, (20, 30))
    data = read_dataset(tmp_path)
    assert data[Split.TRAINING].faces.shape[1:] == (48, 48, 1)
    assert sum(len(part) for part in data.values()) == 16


def test_other_words_for_the_emotions_are_known(tmp_path):
    for word in ("Anger", "disgusted", "fearful", "happiness", "sadness", "surprised", "neutral"):
        for index in range(3):
            save(tmp_path / word / f"{index}.png")
    assert sorted(read_dataset(tmp_path)[Split.PRIVATE_TEST].labels.tolist()) == [*range(7)]


def test_an_unknown_folder_is_named(tmp_path):
    fill(tmp_path)
    save(tmp_path / "bored" / "1.png")
    with pytest.raises(ValueError, match="bored: unknown emotion 'bored'"):
        read_dataset(tmp_path)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no pictures in"):
        read_dataset(tmp_path)


def test_a_few_unreadable_pictures_are_skipped_by_name(tmp_path, caplog):
    fill(tmp_path, 20)
    (tmp_path / "sad" / "torn.png").write_bytes(b"torn")
    assert sum(counts(read_dataset(tmp_path)).values()) == 140
    assert "torn.png" in caplog.text


def test_more_than_one_in_a_hundred_unreadable_is_an_error(tmp_path):
    fill(tmp_path)
    (tmp_path / "sad" / "torn.png").write_bytes(b"torn")
    with pytest.raises(ValueError, match=r"1 of 22 pictures cannot be read, more than 1%; the first is .*torn\.png"):
        read_dataset(tmp_path)


def test_a_csv_becomes_folders_and_the_folders_the_same_csv(tmp_path, synthetic_csv, capsys):
    assert main(["convert", str(synthetic_csv), str(tmp_path / "folders")]) == 0
    assert main(["convert", str(tmp_path / "folders"), str(tmp_path / "again.csv")]) == 0
    assert "disgust" in capsys.readouterr().out
    first, second = read_dataset(synthetic_csv), read_dataset(tmp_path / "again.csv")
    assert all(sha256(first[split]) == sha256(second[split]) for split in Split)


def test_a_folder_with_something_in_it_is_not_written_to(tmp_path, synthetic_csv, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["convert", str(synthetic_csv), str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_show_counts_per_split_and_emotion(synthetic_csv, capsys):
    assert main(["show", str(synthetic_csv)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Training", "PublicTest", "PrivateTest"]
    assert lines[-1].split() == ["all", "180", "60", "60"]

import re
from pathlib import Path

import numpy as np
import pytest

from emotion.labels import EMOTIONS
from training.csv_files import read_csv_file, write_csv_file
from training.dataset import read_dataset
from training.labelled_faces import Split, sha256

PIXELS = " ".join(str(n % 256) for n in range(2304))
HEADER = "emotion,pixels,Usage"
GOOD = f"3,{PIXELS},Training"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "fer2013.csv"
    path.write_text("\n".join(lines))
    return path


def test_splits_stay_apart_and_pixels_keep_their_places(tmp_path):
    data = read_dataset(write(tmp_path, HEADER, GOOD, f"0,{PIXELS},PublicTest", f"6,{PIXELS},PrivateTest", GOOD))
    assert {split.value: len(part) for split, part in data.items()} == {
        "Training": 2,
        "PublicTest": 1,
        "PrivateTest": 1,
    }
    assert data[Split.TRAINING].labels.tolist() == [3, 3]
    assert data[Split.TRAINING].counts()["happy"] == 2
    faces = data[Split.PRIVATE_TEST].faces
    assert faces.shape == (1, 48, 48, 1)
    assert faces.dtype == np.uint8
    assert faces[0, 1, 2, 0] == 50
    assert faces[0, 47, 47, 0] == 2303 % 256


@pytest.mark.parametrize("quote", ["", '"'])
def test_pixels_may_be_quoted_and_lines_end_as_in_windows(tmp_path, quote):
    path = tmp_path / "fer2013.csv"
    path.write_bytes(f"{HEADER}\r\n3,{quote}{PIXELS}{quote},Training\r\n".encode())
    assert len(read_dataset(path)[Split.TRAINING]) == 1


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (f"3,{PIXELS}", "expected 3 columns, got 2"),
        (f"3,{PIXELS},Training,x", "expected 3 columns, got 4"),
        ("", "expected 3 columns, got 0"),
        (f"3,{PIXELS[:-3]}256,Training", "pixels must be 0-255, got 256"),
        (f"3,-1{PIXELS[1:]},Training", "pixels must be 0-255, got -1"),
        (f"3,{'9' * 30}{PIXELS[1:]},Training", "pixels must be 0-255, got 9223372036854775807"),
        (f"3,x{PIXELS[1:]},Training", "pixels must be whole numbers separated by spaces"),
        (f"3,0.5{PIXELS[1:]},Training", "pixels must be whole numbers separated by spaces"),
        (f"3,{PIXELS} 7,Training", "expected 2304 pixels (48 x 48), got 2305"),
        ("3,,Training", "expected 2304 pixels (48 x 48), got 0"),
        (f"7,{PIXELS},Training", "unknown emotion '7', expected 0-6 or one of angry"),
        (f"-1,{PIXELS},Training", "unknown emotion '-1', expected 0-6 or"),
        (f"bored,{PIXELS},Training", "unknown emotion 'bored', expected 0-6"),
        (f"3,{PIXELS},Holdout", "unknown Usage 'Holdout', expected one of Training, PublicTest, PrivateTest"),
        (GOOD[:200], "expected 3 columns, got 2"),
        (GOOD[:-4], "unknown Usage 'Trai'"),
        (f"3,{'1 ' * 100_000},Training", "field larger than field limit"),
    ],
    ids=lambda value: value[-30:],
)
def test_a_wrong_row_is_told_with_its_line(tmp_path, bad, message):
    path = write(tmp_path, HEADER, GOOD, GOOD, bad, GOOD)
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}, line 4: {message}')}"):
        read_dataset(path)


def test_a_file_cut_in_the_middle_of_a_line_is_told_with_that_line(tmp_path):
    with pytest.raises(ValueError, match="line 3: expected 3 columns"):
        read_dataset(write(tmp_path, HEADER, GOOD, GOOD[:1000]))


@pytest.mark.parametrize("header", ["pixels,Usage", "emotion,Usage", "emotion,a,b,c", GOOD, "\x00\x01PK"])
def test_another_header_is_refused(tmp_path, header):
    with pytest.raises(ValueError, match="line 1: expected the columns emotion,pixels,Usage"):
        read_dataset(write(tmp_path, header, GOOD))


def test_a_binary_file_is_refused(tmp_path):
    path = tmp_path / "fer2013.csv"
    path.write_bytes(bytes(range(14, 256)) * 1000)
    with pytest.raises(ValueError, match="line 1"):
        read_dataset(path)


def test_an_empty_file_and_one_with_only_a_header_are_refused(tmp_path):
    with pytest.raises(ValueError, match="line 1: expected the columns"):
        read_dataset(write(tmp_path))
    with pytest.raises(ValueError, match="no faces below the header"):
        read_dataset(write(tmp_path, HEADER))


def test_a_missing_file_says_where_to_get_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no data set at .*none\.csv: download fer2013\.csv"):
        read_dataset(tmp_path / "none.csv")


@pytest.mark.parametrize("header", ["Usage,pixels,emotion", " Usage, pixels, emotion", "split,pixels,Label"])
def test_columns_may_stand_in_any_order(tmp_path, header):
    data = read_dataset(write(tmp_path, header, f"PrivateTest,{PIXELS},happiness", f"train,{PIXELS},0"))
    assert data[Split.PRIVATE_TEST].labels.tolist() == [3]
    assert data[Split.TRAINING].labels.tolist() == [0]


def test_without_usage_every_emotion_is_split_alike_and_the_same_again(tmp_path):
    rows = [f"{emotion.value},{PIXELS}" for emotion in EMOTIONS for _ in range(20)]
    path = write(tmp_path, "emotion,pixels", *rows)
    data = read_dataset(path)
    assert {split: part.counts() for split, part in data.items()} == {
        Split.TRAINING: dict.fromkeys(EMOTIONS, 16),
        Split.PUBLIC_TEST: dict.fromkeys(EMOTIONS, 2),
        Split.PRIVATE_TEST: dict.fromkeys(EMOTIONS, 2),
    }
    again = read_dataset(path)
    assert all(sha256(data[split]) == sha256(again[split]) for split in Split)


def test_a_column_per_pixel_is_read_too(tmp_path):
    header = ",".join(["label", *(f"pixel{n}" for n in range(2304))])
    rows = [f"sad,{PIXELS.replace(' ', ',')}"] * 10
    data = read_dataset(write(tmp_path, header, *rows))
    assert sum(len(part) for part in data.values()) == 10
    assert data[Split.TRAINING].faces[0, 47, 47, 0] == 2303 % 256


def test_what_is_written_is_read_the_same(tmp_path):
    first = read_dataset(write(tmp_path, HEADER, GOOD, f"0,{PIXELS},PublicTest", f"6,{PIXELS},PrivateTest"))
    write_csv_file(tmp_path / "copy.csv", first)
    second = read_csv_file(tmp_path / "copy.csv", seed=1)
    assert all(sha256(first[split]) == sha256(second[split]) for split in Split)

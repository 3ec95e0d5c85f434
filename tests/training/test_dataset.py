import re
from pathlib import Path

import numpy as np
import pytest

from training.dataset import LabelledFaces, Split, read_fer2013, require_every_split, sha256

PIXELS = " ".join(str(n % 256) for n in range(2304))
HEADER = "emotion,pixels,Usage"
GOOD = f"3,{PIXELS},Training"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "fer2013.csv"
    path.write_text("\n".join(lines))
    return path


def test_splits_stay_apart_and_pixels_keep_their_places(tmp_path):
    data = read_fer2013(write(tmp_path, HEADER, GOOD, f"0,{PIXELS},PublicTest", f"6,{PIXELS},PrivateTest", GOOD))
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
    assert len(read_fer2013(path)[Split.TRAINING]) == 1


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (f"3,{PIXELS}", "expected 3 columns (emotion,pixels,Usage), got 2"),
        (f"3,{PIXELS},Training,x", "expected 3 columns (emotion,pixels,Usage), got 4"),
        ("", "expected 3 columns (emotion,pixels,Usage), got 0"),
        (f"3,{PIXELS[:-3]}256,Training", "pixels must be 0-255, got 256"),
        (f"3,-1{PIXELS[1:]},Training", "pixels must be 0-255, got -1"),
        (f"3,{'9' * 30}{PIXELS[1:]},Training", "pixels must be whole numbers separated by spaces"),
        (f"3,x{PIXELS[1:]},Training", "pixels must be whole numbers separated by spaces"),
        (f"3,0.5{PIXELS[1:]},Training", "pixels must be whole numbers separated by spaces"),
        (f"3,{PIXELS} 7,Training", "expected 2304 pixels (48 x 48), got 2305"),
        ("3,,Training", "expected 2304 pixels (48 x 48), got 0"),
        (f"7,{PIXELS},Training", "unknown emotion '7', expected 0-6"),
        (f"-1,{PIXELS},Training", "unknown emotion '-1', expected 0-6"),
        (f"happy,{PIXELS},Training", "unknown emotion 'happy', expected 0-6"),
        (f"3,{PIXELS},Validation", "unknown Usage 'Validation', expected one of Training, PublicTest, PrivateTest"),
        (GOOD[:200], "expected 3 columns (emotion,pixels,Usage), got 2"),
        (GOOD[:-3], "unknown Usage 'Train'"),
        (f"3,{'1 ' * 100_000},Training", "field larger than field limit"),
    ],
    ids=lambda value: value[-30:],
)
def test_a_wrong_row_is_told_with_its_line(tmp_path, bad, message):
    path = write(tmp_path, HEADER, GOOD, GOOD, bad, GOOD)
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}, line 4: {message}')}"):
        read_fer2013(path)


def test_a_file_cut_in_the_middle_of_a_line_is_told_with_that_line(tmp_path):
    with pytest.raises(ValueError, match="line 3: expected 3 columns"):
        read_fer2013(write(tmp_path, HEADER, GOOD, GOOD[:1000]))


@pytest.mark.parametrize("header", ["pixels,emotion,Usage", "emotion,pixels", GOOD, "\x00\x01PK"])
def test_another_header_is_refused(tmp_path, header):
    with pytest.raises(ValueError, match="line 1: expected the columns emotion,pixels,Usage"):
        read_fer2013(write(tmp_path, header, GOOD))


def test_a_binary_file_is_refused(tmp_path):
    path = tmp_path / "fer2013.csv"
    path.write_bytes(bytes(range(14, 256)) * 1000)
    with pytest.raises(ValueError, match="line 1"):
        read_fer2013(path)


def test_an_empty_file_and_one_with_only_a_header_are_refused(tmp_path):
    with pytest.raises(ValueError, match="line 1: expected the columns"):
        read_fer2013(write(tmp_path))
    with pytest.raises(ValueError, match="no faces below the header"):
        read_fer2013(write(tmp_path, HEADER))


def test_a_missing_file_says_where_to_get_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no data set at .*none\.csv: download fer2013\.csv"):
        read_fer2013(tmp_path / "none.csv")


def test_a_data_set_that_lacks_a_split_is_refused_before_fitting(tmp_path):
    with pytest.raises(ValueError, match="no PublicTest faces"):
        require_every_split(read_fer2013(write(tmp_path, HEADER, GOOD)))


@pytest.mark.parametrize(
    ("faces", "labels", "message"),
    [
        (np.zeros((2, 48, 48), np.uint8), np.zeros(2, np.int64), "expected faces as uint8"),
        (np.zeros((2, 48, 48, 1), np.float32), np.zeros(2, np.int64), "expected faces as uint8"),
        (np.zeros((2, 48, 48, 1), np.uint8), np.zeros(3, np.int64), "expected 2 labels"),
        (np.zeros((2, 48, 48, 1), np.uint8), np.array([0, 7]), "labels must be 0-6"),
    ],
)
def test_labelled_faces_check_their_arrays(faces, labels, message):
    with pytest.raises(ValueError, match=message):
        LabelledFaces(faces, labels)


def test_the_hash_changes_with_a_pixel_and_with_a_label():
    faces, labels = np.zeros((2, 48, 48, 1), np.uint8), np.array([0, 1])
    other_faces, other_labels = faces.copy(), np.array([0, 2])
    other_faces[1, 5, 5] = 1
    hashes = {sha256(LabelledFaces(f, x)) for f, x in ((faces, labels), (other_faces, labels), (faces, other_labels))}
    assert len(hashes) == 3
    assert sha256(LabelledFaces(faces.copy(), labels.astype(np.int64))) in hashes

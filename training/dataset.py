"""FER-2013 as arrays, one value per split, from the official `fer2013.csv`."""

import csv
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion.faces import FACE_SIZE, FaceBatch, require_faces
from emotion.labels import EMOTIONS

PIXELS = FACE_SIZE * FACE_SIZE
COLUMNS = ("emotion", "pixels", "Usage")


class Split(StrEnum):
    """FER-2013's `Usage`: fit on Training, choose on PublicTest, report PrivateTest once."""

    TRAINING = "Training"
    PUBLIC_TEST = "PublicTest"
    PRIVATE_TEST = "PrivateTest"


@dataclass(frozen=True, slots=True)
class LabelledFaces:
    """Faces of one split: `faces` uint8 (n, 48, 48, 1), `labels` int64 (n,) indexing `EMOTIONS`."""

    faces: FaceBatch
    labels: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        require_faces(self.faces)
        if self.labels.shape != (len(self.faces),):
            raise ValueError(f"expected {len(self.faces)} labels, one a face, got shape {self.labels.shape}")
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() < len(EMOTIONS):
            raise ValueError(f"labels must be 0-{len(EMOTIONS) - 1}, got {self.labels.min()}-{self.labels.max()}")

    def __len__(self) -> int:
        return len(self.labels)

    def counts(self) -> dict[str, int]:
        """Number of faces per emotion, in label order."""
        return {emotion.value: int(np.sum(self.labels == index)) for index, emotion in enumerate(EMOTIONS)}


def read_fer2013(path: str | Path) -> dict[Split, LabelledFaces]:
    """Read the official CSV (`emotion,pixels,Usage`; 2,304 grey values a face).

    Raises:
        FileNotFoundError: no such file; the message says where FER-2013 comes from.
        ValueError: a row that is not FER-2013's; the message has its line number.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"no data set at {path}: download fer2013.csv of Kaggle's 'Challenges in Representation Learning: "
            "Facial Expression Recognition Challenge' and give its path with --data"
        )
    faces: dict[Split, list[npt.NDArray[np.uint8]]] = {split: [] for split in Split}
    labels: dict[Split, list[int]] = {split: [] for split in Split}
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        rows = csv.reader(file)
        try:
            require_header(next(rows, []))
            for row in rows:
                label, pixels, split = parse_row(row)
                faces[split].append(pixels)
                labels[split].append(label)
        except (ValueError, csv.Error) as error:  # csv.Error: a field beyond any length, as in a file that is no CSV
            raise ValueError(f"{path}, line {max(rows.line_num, 1)}: {error}") from None
    if not any(labels.values()):
        raise ValueError(f"{path}: no faces below the header")
    return {
        split: LabelledFaces(
            np.asarray(faces[split], np.uint8).reshape(-1, FACE_SIZE, FACE_SIZE, 1), np.asarray(labels[split], np.int64)
        )
        for split in Split
    }


def require_header(header: list[str]) -> None:
    """Raise `ValueError` unless these are FER-2013's columns."""
    if tuple(header) != COLUMNS:
        raise ValueError(f"expected the columns {','.join(COLUMNS)}, got {','.join(header)[:80]!r}")


def require_every_split(data: dict[Split, LabelledFaces]) -> dict[Split, LabelledFaces]:
    """Return `data` if each split has faces: a run that lacks one fails before hours of fitting, not after."""
    for split in Split:
        if len(data[split]) == 0:
            raise ValueError(f"the data set has no {split} faces; fitting needs {', '.join(Split)}")
    return data


def parse_row(row: list[str]) -> tuple[int, npt.NDArray[np.uint8], Split]:
    """One CSV row as label, uint8 (2304,) pixels and split; `ValueError` says which field is wrong."""
    if len(row) != len(COLUMNS):
        raise ValueError(f"expected {len(COLUMNS)} columns ({','.join(COLUMNS)}), got {len(row)}")
    emotion, text, usage = row
    if not (emotion.isascii() and emotion.isdigit()) or int(emotion) >= len(EMOTIONS):
        raise ValueError(f"unknown emotion {emotion[:20]!r}, expected 0-{len(EMOTIONS) - 1}")
    if usage not in list(Split):
        raise ValueError(f"unknown Usage {usage[:20]!r}, expected one of {', '.join(Split)}")
    try:
        pixels = np.array(text.split(), dtype=np.int64)
    except (ValueError, OverflowError):
        raise ValueError("pixels must be whole numbers separated by spaces") from None
    if pixels.size != PIXELS:
        raise ValueError(f"expected {PIXELS} pixels ({FACE_SIZE} x {FACE_SIZE}), got {pixels.size}")
    if pixels.min() < 0 or pixels.max() > 255:
        wrong = pixels[(pixels < 0) | (pixels > 255)][0]
        raise ValueError(f"pixels must be 0-255, got {wrong}")
    return int(emotion), pixels.astype(np.uint8), Split(usage)


def sha256(data: LabelledFaces) -> str:
    """Hash of a split's pixels and labels: which data a model was fitted on, however it was stored."""
    digest = hashlib.sha256(np.ascontiguousarray(data.faces).tobytes())
    digest.update(data.labels.astype("<i8").tobytes())
    return digest.hexdigest()

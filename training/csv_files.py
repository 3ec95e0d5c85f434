"""Faces in CSV files: FER-2013's own layout and its common relatives."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion.faces import FACE_SIZE
from emotion.files import replacing
from training.labelled_faces import Dataset, LabelledFaces, Split
from training.names import label_of, split_of
from training.splitting import split_all

PIXELS = FACE_SIZE * FACE_SIZE
OFFICIAL = ("emotion", "pixels", "Usage")
LABEL_COLUMNS = ("emotion", "label", "class", "expression")
USAGE_COLUMNS = ("usage", "split")

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of a file hold what: `pixels` is one column of numbers, or 2,304 columns of one."""

    width: int
    label: int
    pixels: tuple[int, ...]
    usage: int | None


def read_csv_file(path: Path, seed: int) -> Dataset:
    """Read `emotion,pixels,Usage` in any order, the same without `Usage`, or a label beside 2,304 pixel columns.

    Labels may be FER-2013's numbers or words. Without `Usage` the faces are split by `seed`.

    Raises:
        ValueError: a row that cannot be read; the message has its line number.
    """
    labels: list[int] = []
    pixels: list[Pixels] = []
    usages: list[Split] = []
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        rows = csv.reader(file)
        try:
            layout = layout_of(next(rows, []))
            for row in rows:
                label, face, usage = parse_row(row, layout)
                labels.append(label)
                pixels.append(face)
                usages.append(usage)
        except (ValueError, csv.Error) as error:  # csv.Error: a field beyond any length, as in a file that is no CSV
            raise ValueError(f"{path}, line {max(rows.line_num, 1)}: {error}") from None
    if not labels:
        raise ValueError(f"{path}: no faces below the header")
    data = LabelledFaces(np.stack(pixels).reshape(-1, FACE_SIZE, FACE_SIZE, 1), np.asarray(labels, np.int64))
    if layout.usage is None:
        return split_all(data, seed)
    split_names = np.asarray(usages)
    return {split: data[np.flatnonzero(split_names == split)] for split in Split}


def layout_of(header: Sequence[str]) -> Layout:
    """Find the columns by their names; `ValueError` says which are expected."""
    names = [name.strip().lower() for name in header]
    label = next((names.index(name) for name in LABEL_COLUMNS if name in names), None)
    usage = next((names.index(name) for name in USAGE_COLUMNS if name in names), None)
    if "pixels" in names:
        pixels: tuple[int, ...] = (names.index("pixels"),)
    else:
        pixels = tuple(index for index in range(len(names)) if index not in (label, usage))
    if label is None or len(pixels) not in (1, PIXELS) or (len(pixels) == 1 and "pixels" not in names):
        raise ValueError(
            f"expected the columns {','.join(OFFICIAL)} (Usage may be missing), or a label and {PIXELS} pixel columns, "
            f"got {','.join(header)[:80]!r}"
        )
    return Layout(len(names), label, pixels, usage)


def parse_row(row: Sequence[str], layout: Layout) -> tuple[int, Pixels, Split]:
    """One row as label, uint8 (2304,) pixels and split; `ValueError` says which field is wrong."""
    if len(row) != layout.width:
        raise ValueError(f"expected {layout.width} columns, got {len(row)}")
    label = label_of(row[layout.label])
    usage = Split.TRAINING if layout.usage is None else split_of(row[layout.usage])
    return label, parse_pixels(" ".join(row[column] for column in layout.pixels)), usage


def parse_pixels(text: str) -> Pixels:
    """2,304 numbers 0-255, separated by spaces, as uint8 (2304,)."""
    try:
        pixels = np.fromstring(text, dtype=np.int64, sep=" ")
    except ValueError:
        raise ValueError("pixels must be whole numbers separated by spaces") from None
    if pixels.size != PIXELS:
        raise ValueError(f"expected {PIXELS} pixels ({FACE_SIZE} x {FACE_SIZE}), got {pixels.size}")
    if pixels.min() < 0 or pixels.max() > 255:
        wrong = pixels[(pixels < 0) | (pixels > 255)][0]
        raise ValueError(f"pixels must be 0-255, got {wrong}")
    return pixels.astype(np.uint8)


def write_csv_file(path: Path, data: Dataset) -> None:
    """Write FER-2013's own layout; the file is whole or absent."""
    with replacing(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(OFFICIAL)
        writer.writerows(_rows(data))


def _rows(data: Dataset) -> Iterator[tuple[int, str, str]]:
    with tqdm(total=sum(len(part) for part in data.values()), unit="face") as progress:
        for split, part in data.items():
            for face, label in zip(part.faces, part.labels, strict=True):
                yield int(label), " ".join(map(str, face.ravel())), split.value
                progress.update()

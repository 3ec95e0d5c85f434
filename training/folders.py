"""Faces in image folders: `train/happy/1.jpg`, `test/...`, `validation/...`, or the emotions' folders alone."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from emotion.faces import FACE_SIZE
from emotion.files import write_bytes
from emotion.images import PictureError, decode_picture
from emotion.labels import EMOTIONS
from training.labelled_faces import Dataset, LabelledFaces, Split
from training.names import SPLIT_WORDS, label_of, split_of
from training.splitting import SHARES, set_aside, split_all

logger = logging.getLogger(__name__)

ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
MOST_UNREADABLE = 0.01


def read_folders(root: Path, seed: int) -> Dataset:
    """Read a folder of pictures of any size and colour, each a face, as grey 48 x 48 faces.

    Kaggle's `test/` holds both test splits and tells them apart by file name (`PublicTest_...`); where there are no
    such names, `test/` is PrivateTest, `validation/` PublicTest, and a split that is missing is set aside by `seed`.

    Raises:
        ValueError: no pictures, a folder that names no emotion, or more than 1 % unreadable pictures.
    """
    found = {folder.name: folder for folder in sorted(root.iterdir()) if folder.is_dir()}
    parts = {name: folder for name, folder in found.items() if name.lower() in SPLIT_WORDS}
    if not parts:
        return split_all(read_emotion_folders([root])[0], seed)
    data = {split: LabelledFaces(_no_faces(), np.zeros(0, np.int64)) for split in Split}
    for split in Split:
        folders = [folder for name, folder in parts.items() if split_of(name) is split]
        if not folders:
            continue
        part, names = read_emotion_folders(folders)
        public = np.array([name.startswith(Split.PUBLIC_TEST.value) for name in names])
        if split is Split.PRIVATE_TEST and public.any():
            data[Split.PUBLIC_TEST] = part[np.flatnonzero(public)]
            part = part[np.flatnonzero(~public)]
        data[split] = part
    for split in (Split.PRIVATE_TEST, Split.PUBLIC_TEST):
        if len(data[split]) == 0 and len(data[Split.TRAINING]) > 0:
            data[Split.TRAINING], data[split] = set_aside(data[Split.TRAINING], SHARES[split], seed)
    return data


def read_emotion_folders(roots: Iterable[Path]) -> tuple[LabelledFaces, list[str]]:
    """All pictures of the emotions' folders in `roots`, in the order of their names and numbers, and those names.

    Raises:
        ValueError: see `read_folders`.
    """
    pictures = sorted(_pictures(roots), key=lambda item: _natural(item[0].name))
    if not pictures:
        raise ValueError(f"no pictures in {', '.join(map(str, roots))}: expected folders named {', '.join(EMOTIONS)}")
    faces, labels, names, unreadable = [], [], [], []
    for path, label in tqdm(pictures, unit="picture", desc=path_name(roots)):
        try:
            faces.append(read_face(path))
        except PictureError as error:
            unreadable.append(path)
            logger.warning("skipped %s: %s", path, error)
            continue
        labels.append(label)
        names.append(path.name)
    if len(unreadable) > MOST_UNREADABLE * len(pictures):
        raise ValueError(
            f"{len(unreadable)} of {len(pictures)} pictures cannot be read, more than {MOST_UNREADABLE:.0%}; "
            f"the first is {unreadable[0]}"
        )
    return LabelledFaces(np.stack(faces)[:, :, :, None], np.asarray(labels, np.int64)), names


def read_face(path: Path) -> np.ndarray:
    """One picture as a grey face, uint8 (48, 48); `PictureError` if it is none."""
    grey = cv2.cvtColor(decode_picture(path.read_bytes()), cv2.COLOR_RGB2GRAY)
    if grey.shape == (FACE_SIZE, FACE_SIZE):
        return grey
    interpolation = cv2.INTER_AREA if min(grey.shape) > FACE_SIZE else cv2.INTER_LINEAR
    return cv2.resize(grey, (FACE_SIZE, FACE_SIZE), interpolation=interpolation)


def write_folders(root: Path, data: Dataset) -> None:
    """Write `train/`, `validation/` and `test/` with a folder per emotion, as PNG, which loses nothing.

    Raises:
        FileExistsError: `root` has something in it already.
    """
    if root.exists() and any(root.iterdir()):
        raise FileExistsError(f"{root} is not empty: name a new folder, so that nothing in it is mixed or lost")
    names = {Split.TRAINING: "train", Split.PUBLIC_TEST: "validation", Split.PRIVATE_TEST: "test"}
    with tqdm(total=sum(len(part) for part in data.values()), unit="picture") as progress:
        for split, part in data.items():
            for index, (face, label) in enumerate(zip(part.faces, part.labels, strict=True)):
                content = cv2.imencode(".png", face)[1].tobytes()
                write_bytes(root / names[split] / EMOTIONS[label].value / f"{split.value}_{index}.png", content)
                progress.update()


def _pictures(roots: Iterable[Path]) -> Iterable[tuple[Path, int]]:
    for root in roots:
        for folder in sorted(path for path in root.iterdir() if path.is_dir()):
            try:
                label = label_of(folder.name)
            except ValueError as error:
                raise ValueError(f"{folder}: {error}") from None
            for path in folder.iterdir():
                if path.suffix.lower() in ENDINGS:
                    yield path, label


def path_name(roots: Iterable[Path]) -> str:
    """The folders' names, for the progress bar."""
    return ", ".join(root.name for root in roots)


def _natural(name: str) -> list[tuple[int, str]]:
    """Order of names with numbers in them: `face_2` before `face_10`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _no_faces() -> np.ndarray:
    return np.zeros((0, FACE_SIZE, FACE_SIZE, 1), np.uint8)

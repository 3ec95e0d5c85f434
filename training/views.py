"""Faces varied and answered in advance: `python -m training.views --teachers A.keras B.keras --data fer2013.csv`.

A student learns most from teachers that answer the very picture it sees, over many epochs (Beyer et al., 2022, "a good
teacher is patient and consistent"); `training.distil` asks them in every step. Large teachers are asked once here, for
several varied copies of each Training face, and `train --views DIR --views-share X` goes through the copies in turn.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion.faces import FACE_SIZE
from emotion.files import replacing
from emotion.labels import EMOTIONS
from training.augmentation import Augmentation
from training.dataset import read_dataset
from training.distillation import average_answers, load_teachers
from training.labelled_faces import Split

TURNED = Augmentation(reduce_chance=0, blur_chance=0, jpeg_chance=0, erase_chance=0)
"""Teachers see faces that are only moved and relit; a student is to answer as they do for worse pictures, too."""
FACES = "faces.npy"
ANSWERS = "answers.npy"
BATCH = 256


@dataclass(frozen=True)
class Views:
    """`faces` uint8 (views, n, 48, 48, 1) and the teachers' probabilities for them, float16 (views, n, 7)."""

    faces: npt.NDArray[np.uint8]
    answers: npt.NDArray[np.float16]

    def __len__(self) -> int:
        return len(self.faces)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the views; 0 done, 2 and one line on stderr for wrong input."""
    parser = argparse.ArgumentParser(prog="python -m training.views", description=__doc__)
    parser.add_argument("--teachers", type=Path, nargs="+", required=True, metavar="FILE", help="best.keras of runs")
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, or another data set")
    parser.add_argument("--views", type=int, default=12, metavar="N", help="copies of each face (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("runs/views"), help="folder (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2013, help="of the variation (default: %(default)s)")
    arguments = parser.parse_args(argv)
    try:
        if arguments.views < 1:
            raise ValueError(f"--views must be at least 1, got {arguments.views}")
        teachers = load_teachers(arguments.teachers)
        faces = read_dataset(arguments.data)[Split.TRAINING].faces
        write_views(arguments.out, faces, teachers, arguments.views, arguments.seed)
    except (ValueError, OSError) as error:
        print(f"training.views: {error}", file=sys.stderr)
        return 2
    print(
        f"{arguments.views} views of {len(faces)} faces are in {arguments.out}, for: python -m training.train --views"
    )
    return 0


def write_views(
    folder: Path, faces: npt.NDArray[np.uint8], teachers: Sequence[keras.Model], count: int, seed: int
) -> None:
    """Vary `faces` (n, 48, 48, 1) `count` times and keep both them and what `teachers` answer, in `folder`."""
    asked = keras.Model(source := keras.Input(faces.shape[1:], dtype="uint8"), average_answers(source, teachers, 1.0))
    with replacing(folder / FACES) as varied_file, replacing(folder / ANSWERS) as answers_file:
        varied = np.lib.format.open_memmap(varied_file, "w+", np.uint8, (count, *faces.shape))
        answers = np.lib.format.open_memmap(answers_file, "w+", np.float16, (count, len(faces), len(EMOTIONS)))
        for view in range(count):
            rng = np.random.default_rng((seed, view))
            for start in tqdm(range(0, len(faces), BATCH), desc=f"view {view + 1} of {count}"):
                part = slice(start, start + BATCH)
                varied[view, part] = TURNED(faces[part], rng)
                answers[view, part] = keras.ops.convert_to_numpy(asked(varied[view, part], training=False))
        varied.flush()
        answers.flush()


def read_views(folder: Path, count: int) -> Views:
    """The views in `folder` of `count` Training faces; they stay on disk until they are asked for.

    Raises:
        FileNotFoundError: nothing there.
        ValueError: files that are damaged, do not belong together, or are of another data set.
    """
    arrays = []
    for name in (FACES, ANSWERS):
        try:
            arrays.append(np.load(folder / name, mmap_mode="r"))
        except FileNotFoundError:
            raise FileNotFoundError(f"no views at {folder / name}: python -m training.views makes them") from None
        except (ValueError, EOFError) as error:
            raise ValueError(f"{folder / name} is damaged: {error}") from error
    faces, answers = arrays
    if faces.shape[1:] != (count, FACE_SIZE, FACE_SIZE, 1) or answers.shape != (len(faces), count, len(EMOTIONS)):
        raise ValueError(f"{folder} has views {faces.shape} and answers {answers.shape}, not of {count} Training faces")
    return Views(faces, answers)


if __name__ == "__main__":
    sys.exit(main())

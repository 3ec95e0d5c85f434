"""What several tests need: a browser, FER-2013 and a picture of a face, none of which is in the repository."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest
import streamlit_webrtc  # noqa: F401  # before any test imports TensorFlow: loaded after it, libsrtp crashes the process

from tests import RUN_FOLDER

if TYPE_CHECKING:
    from training.labelled_faces import LabelledFaces, Split

REPOSITORY = Path(__file__).resolve().parents[1]
NOT_HERE = "none"
SHARED_FER2013 = REPOSITORY.parent / "shared" / "fer2013"


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "of python -m tests: those that do not mind others beside them, or those marked alone or e2e, which do"
    parser.addoption("--part", choices=["together", "alone"], help=told)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--part") is None:
        return
    parts: dict[str, list[pytest.Item]] = {"together": [], "alone": []}
    for item in items:
        parts["alone" if {"alone", "e2e"} & {mark.name for mark in item.iter_markers()} else "together"].append(item)
    items[:] = parts.pop(config.getoption("--part"))
    (others,) = parts.values()
    config.hook.pytest_deselected(items=others)


def miss(what: str) -> NoReturn:
    """Skip with the reason, but fail with `CI=true`: there a skipped test would look like a passed one."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; CI=true wants it")
    pytest.skip(what)


def named_fer2013() -> Path | None:
    """The file that FER2013_CSV names, `None` where it is not set; "none" skips, also with `CI=true`."""
    named = os.environ.get("FER2013_CSV")
    if named == NOT_HERE:
        pytest.skip("no FER-2013 here: FER2013_CSV=none")
    if named and not Path(named).is_file():
        miss(f"FER2013_CSV names {named}, where no file is")
    return Path(named) if named else None


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Debian's Chromium, or the one on PATH."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        miss("no Chromium here: apt-get install chromium")
    return Path(found)


@pytest.fixture(scope="session")
def fer2013_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The official `fer2013.csv`: from FER2013_CSV, from data/, or written from ../shared/fer2013 for this session."""
    if named := named_fer2013():
        return named
    usual = REPOSITORY / "data" / "fer2013.csv"
    if usual.is_file():
        return usual
    if not (SHARED_FER2013 / "unpack.py").is_file():
        miss("no FER-2013 here: set FER2013_CSV, or put fer2013.csv into data/")
    run = os.environ.get(RUN_FOLDER)
    return unpacked(Path(run) if run else tmp_path_factory.mktemp("fer2013"))


def unpacked(folder: Path) -> Path:
    """FER-2013 written into `folder`, by the first of the processes that ask for it; the others wait."""
    file, busy = folder / "fer2013.csv", folder / "busy"
    while not file.is_file():
        try:
            busy.mkdir()
        except FileExistsError:
            time.sleep(0.2)
            continue
        try:
            subprocess.run([sys.executable, SHARED_FER2013 / "unpack.py", busy], check=True, timeout=240)
            for written in sorted(busy.iterdir(), key=lambda path: path.name == file.name):  # what is waited for last
                written.rename(folder / written.name)
        finally:
            shutil.rmtree(busy)
    return file


@pytest.fixture(scope="session")
def fer2013(fer2013_csv: Path) -> "dict[Split, LabelledFaces]":
    """FER-2013, read once for all tests, as that takes seconds; read-only."""
    from training.dataset import read_dataset  # only where it is asked for: most tests do without

    data = dict(read_dataset(fer2013_csv))
    for part in data.values():
        part.faces.setflags(write=False)
        part.labels.setflags(write=False)
    return data


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    """A real face in a wider scene (NASA, public domain), uint8 (512, 512, 3), RGB; read-only: copy it to draw."""
    from skimage import data  # imports SciPy, which most tests do without

    picture: np.ndarray = data.astronaut()
    picture.setflags(write=False)
    return picture

"""Synthetic faces and one finished tiny run, shared by the tests of `training/`."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from emotion.faces import FACE_SIZE
from emotion.labels import EMOTIONS

TINY = (
    *("--stem", "4", "--widths", "4", "8", "--blocks", "1", "1", "--dropout", "0", "--precision", "float32"),
    *("--epochs", "5", "--batch-size", "4", "--warmup-epochs", "0.5", "--learning-rate", "0.01"),
)


def stripes(label: int, rng: np.random.Generator) -> np.ndarray:
    """A 48 x 48 picture whose stripes lean as `label` says; uint8."""
    angle = label * np.pi / len(EMOTIONS)
    y, x = np.mgrid[:FACE_SIZE, :FACE_SIZE]
    wave = np.sin(0.5 * (np.cos(angle) * x + np.sin(angle) * y) + rng.uniform(0, 2 * np.pi))
    return np.clip(128 + 60 * wave + rng.normal(0, 20, x.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def synthetic_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file like fer2013.csv with 300 striped pictures: 180 to fit on, 60 and 60 to test on."""
    path = tmp_path_factory.mktemp("data") / "fer2013.csv"
    rng = np.random.default_rng(7)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["emotion", "pixels", "Usage"])
        for usage, count in (("Training", 180), ("PublicTest", 60), ("PrivateTest", 60)):
            for index in range(count):
                label = index % len(EMOTIONS)
                writer.writerow([label, " ".join(map(str, stripes(label, rng).ravel())), usage])
    return path


@pytest.fixture(scope="session")
def tiny() -> tuple[str, ...]:
    """Options of `training.train` for a network and a run of a few seconds."""
    return TINY


@pytest.fixture(scope="session")
def finished_run(synthetic_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that went through in one go and was exported to `export` inside; left as it is by tests."""
    from training.train import main

    folder = tmp_path_factory.mktemp("runs") / "whole"
    assert main(["--data", str(synthetic_csv), "--run", str(folder), *TINY]) == 0
    return folder


@pytest.fixture
def float32_policy() -> Iterator[None]:
    """Put Keras' policy back after a test that changes it."""
    import keras

    before = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(before)

"""Fitting with JAX and everything on the device; here the device is a CPU."""

import os
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import cv2
import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from tests.training.conftest import stripes
from training.augmentation import Augmentation
from training.config import TrainConfig
from training.on_device import fit
from training.on_device.__main__ import main
from training.on_device.fit import require_known_here
from training.on_device.variation import Variation, blurs, compress, erase, mix, reductions
from training.run_folder import best_epoch, read_history

KEY = jax.random.key(2013)
STILL = {"rotation_deg": 0.0, "shift": 0.0, "zoom": 0.0, "stretch": 0.0, "brightness": 0.0, "contrast": 0.0}
UNHARMED = {"reduce_chance": 0.0, "blur_chance": 0.0, "jpeg_chance": 0.0, "erase_chance": 0.0}


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    """Fourteen pictures, float32 (14, 48, 48)."""
    rng = np.random.default_rng(1)
    return np.stack([stripes(label % 7, rng) for label in range(14)]).astype(np.float32)


def test_no_strength_leaves_faces_as_they_are(faces):
    variation = Variation(Augmentation(flip_chance=0.0, **STILL, **UNHARMED))
    turned = variation.turn(KEY, jnp.asarray(faces))
    assert np.allclose(turned, faces, atol=1e-3)
    assert np.allclose(variation.worsen(KEY, turned), faces, atol=1e-2)


def test_a_flip_alone_mirrors(faces):
    turned = Variation(Augmentation(flip_chance=1.0, **STILL, **UNHARMED)).turn(KEY, jnp.asarray(faces))
    assert np.allclose(turned, faces[:, :, ::-1], atol=1e-3)


def test_a_turn_is_the_one_that_opencv_makes(faces):
    # A rotation by lot; which one it was is found by trying.
    turned = np.asarray(
        Variation(Augmentation(flip_chance=0.0, **{**STILL, "rotation_deg": 30.0}, **UNHARMED)).turn(KEY, faces[:1])
    )[0]
    errors = []
    for angle in np.arange(-30, 30.1, 0.25):
        matrix = cv2.getRotationMatrix2D((23.5, 23.5), float(angle), 1.0)
        same = cv2.warpAffine(faces[0], matrix, (48, 48), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        errors.append(np.abs(same - turned).mean())
    assert min(errors) < 1.5 < np.median(errors) / 5


def test_fewer_pixels_are_those_that_opencv_leaves(faces):
    small = cv2.resize(faces[0], (24, 24), interpolation=cv2.INTER_AREA)
    expected = cv2.resize(small, (48, 48), interpolation=cv2.INTER_LINEAR)
    matrix = reductions(20)[1 + 24 - 20]
    assert np.allclose(matrix @ faces[0] @ matrix.T, expected, atol=0.05)


def test_the_strongest_blur_is_opencvs(faces):
    expected = cv2.GaussianBlur(faces[0], (0, 0), 0.1 * 48, borderType=cv2.BORDER_REFLECT_101)
    matrix = blurs(0.1)[-1]
    assert np.abs(matrix @ faces[0] @ matrix.T - expected).mean() < 0.5


def test_a_jpeg_leaves_about_what_opencvs_leaves(faces):
    quality = 40
    most = Augmentation(jpeg_chance=1.0, worst_jpeg=quality)
    ours = np.asarray(jax.jit(lambda faces: compress(most, KEY, faces))(jnp.asarray(faces)))
    lost = np.abs(ours - faces).mean((1, 2))
    least, most_lost = (
        np.array([np.abs(through_jpeg(face, value) - face).mean() for face in faces]) for value in (80, quality)
    )
    assert (lost > 0.8 * least).all()
    assert (lost < 1.2 * most_lost).all()


def through_jpeg(face: np.ndarray, quality: int) -> np.ndarray:
    content = cv2.imencode(".jpg", face.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(content, cv2.IMREAD_GRAYSCALE).astype(np.float32)


def test_a_cover_is_as_large_as_it_may_be(faces):
    covered = np.asarray(erase(Augmentation(erase_chance=1.0, erase_area=0.12), KEY, jnp.asarray(faces)))
    shares = (covered != faces).mean((1, 2))
    assert shares.min() > 0.005
    assert shares.max() < 0.17  # a few pixels more than 12 %, as edges are rounded


@pytest.mark.parametrize(("mixup", "cutmix"), [(0.2, 0.0), (0.0, 1.0)])
def test_mixed_targets_are_shares_of_both_faces(faces, mixup, cutmix):
    targets = np.eye(14, dtype=np.float32)
    both, shares = mix(KEY, jnp.asarray(faces), jnp.asarray(targets), mixup, cutmix)
    assert np.allclose(shares.sum(1), 1, atol=1e-5)
    if mixup:
        blended = np.einsum("ij,jyx->iyx", np.asarray(shares), faces)
        assert np.allclose(both, blended, atol=0.1)
    else:
        own = (np.asarray(both) == faces).mean((1, 2))
        assert (own >= np.diag(shares) - 1e-3).all()


def test_without_alphas_nothing_is_mixed(faces):
    both, _ = mix(KEY, faces, np.eye(14), 0.0, 0.0)
    assert both is faces


def in_jax(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, whose Keras computes with JAX."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)


def test_a_teacher_and_its_student_are_fitted_and_saved(tmp_path, synthetic_csv, tiny):
    program = """
import sys
from training.on_device.__main__ import main
data, folder, *tiny = sys.argv[1:]
options = ["--data", data, *tiny, "--batch-size", "20", "--ema", "0.8", "--run"]
assert main([*options, folder + "/teacher", "--epochs", "8"]) == 0
teachers = ["--teachers", folder + "/teacher/best.keras", "--copies", "2", "--distil-share", "0.5"]
student = ["--network", "inverted_net", "--expansion", "2", *teachers, "--minutes", "0.01"]
assert main([*options, folder + "/student", *student]) == 0
assert main([*options, folder + "/student"]) == 2
"""
    done = in_jax(program, str(synthetic_csv), str(tmp_path), *tiny)
    assert done.returncode == 0, done.stderr
    assert "holds a run already: name another --run" in done.stderr
    assert f"--out {tmp_path / 'student' / 'export'}" in done.stdout
    teacher = read_history(tmp_path / "teacher" / "history.csv")
    assert [row["epoch"] for row in teacher] == list(range(1, 9))
    assert teacher[-1]["loss"] < teacher[0]["loss"]
    assert max(row["val_accuracy"] for row in teacher) > 0.25  # by chance 0.14
    assert (tmp_path / "student" / "best.keras").stat().st_size > 1000
    student = TrainConfig.load(tmp_path / "student" / "config.json")
    assert student.network == "inverted_net"
    assert student.epochs == len(read_history(tmp_path / "student" / "history.csv"))  # not those of the options


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"class_weights": "balanced"}, "class_weights is for training.train; a run on the device has none"),
        ({"schedule": "step"}, "a run on the device has the schedule cosine, not step"),
        ({"teachers": ("a.keras",), "mixup": 0.2}, "mixup is for a run without teachers"),
        ({"teachers": ("a.keras",), "cutmix": 1.0}, "cutmix is for a run without teachers"),
    ],
)
def test_what_only_the_other_program_knows_is_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        require_known_here(TrainConfig(**settings))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--copies", "4"], "--copies is of what teachers answer: give --teachers"),
        (["--preset", "gpu_teacher", "--teachers", "a.keras"], "mixup is for a run without teachers"),
    ],
)
def test_what_would_change_nothing_is_refused_before_the_data_is_read(options, said, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert main(["--data", "/none.csv", "--run", str(tmp_path / "run"), *options]) == 2
    assert f"training.on_device: {said}" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


class Kept:
    """A run's folder in memory."""

    def __init__(self) -> None:
        self.history: list[dict[str, float]] = []

    def add_row(self, number: int, row: dict[str, float]) -> None:
        self.history.append(row)


def course(ends: Callable[[int], float]) -> SimpleNamespace:
    """A course whose weights after an epoch are its number; `ends` says the epoch's loss, or raises."""

    def run(weights: jax.Array, number: int, rates: np.ndarray) -> tuple[jax.Array, np.ndarray]:
        return jnp.asarray(number), np.array([ends(number), 0.5])

    trainee = SimpleNamespace(answers=lambda: None, begin=lambda: jnp.asarray(-1))
    return SimpleNamespace(trainee=trainee, rates=np.zeros, run=run)


def interrupted(number: int) -> float:
    if number == 3:
        raise KeyboardInterrupt
    return 1.0


def lost(number: int) -> float:
    return 1.0 if number < 3 else np.nan


@pytest.mark.parametrize(("ends", "error"), [(interrupted, KeyboardInterrupt), (lost, FloatingPointError)])
def test_a_run_that_ends_early_keeps_the_epoch_that_its_history_calls_best(ends, error, monkeypatch):
    accuracies, written = iter([0.4, 0.6, 0.5]), []
    monkeypatch.setattr(fit, "score", lambda *_: (1.0, next(accuracies)))
    monkeypatch.setattr(fit, "write", lambda trainee, best, run: written.append(int(best)))
    run = Kept()
    with pytest.raises(error):
        fit.go(course(ends), 9, run, SimpleNamespace(faces=None, labels=None))
    assert len(run.history) == 3
    assert written == [best_epoch(run.history) - 1] == [1]


def test_another_backend_is_refused(synthetic_csv, tmp_path, capsys):
    assert main(["--data", str(synthetic_csv), "--run", str(tmp_path)]) == 2
    assert "KERAS_BACKEND is tensorflow; a run on the device needs jax" in capsys.readouterr().err


def test_depthwise_products_are_the_convolution():
    program = """
import keras, numpy as np
from keras import layers
from training.on_device.steps import depthwise_as_products
faces = np.random.default_rng(1).normal(size=(2, 13, 12, 3)).astype("float32")
for stride in (1, 2):
    layer = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)
    usual = np.asarray(layer(faces))
    with depthwise_as_products():
        assert np.allclose(usual, np.asarray(layer(faces)), atol=1e-5), stride
"""
    done = in_jax(program)
    assert done.returncode == 0, done.stderr

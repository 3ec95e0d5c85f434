"""Faces answered in advance: what is written, what a student is shown of it, what is refused."""

from pathlib import Path

import keras
import numpy as np
import pytest

from training.augmentation import Augmentation
from training.batches import AugmentedBatches
from training.config import TrainConfig
from training.labelled_faces import LabelledFaces, one_hot
from training.networks import make_network
from training.views import ANSWERS, FACES, TURNED, Views, main, read_views, write_views

TINY = TrainConfig(stem=2, widths=(4,), blocks=(1,))


@pytest.fixture(scope="module")
def data() -> LabelledFaces:
    faces = np.random.default_rng(1).integers(0, 256, (20, 48, 48, 1), dtype=np.uint8)
    return LabelledFaces(faces, np.arange(20) % 7)


@pytest.fixture(scope="module")
def folder(data: LabelledFaces, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("views")
    write_views(path, data.faces, [make_network(TINY)], 3, seed=1)
    return path


@pytest.mark.slow
def test_a_teacher_s_answer_stands_beside_the_very_face_it_saw(data: LabelledFaces, folder: Path) -> None:
    views = read_views(folder, len(data))
    assert views.faces.shape == (3, 20, 48, 48, 1)
    assert not np.array_equal(views.faces[0], views.faces[1])
    network = make_network(TINY)
    seen = keras.ops.convert_to_numpy(network(views.faces[2]))
    mirrored = keras.ops.convert_to_numpy(network(views.faces[2][:, :, ::-1]))
    np.testing.assert_allclose(views.answers[2], (seen + mirrored) / 2, atol=1e-3)


def test_each_epoch_shows_the_next_view_and_mixes_its_answers_into_the_targets(data: LabelledFaces) -> None:
    faces = np.stack([np.full_like(data.faces, 10), np.full_like(data.faces, 20)])
    faces[:, :, :, 0] = 99  # the left column, which mirroring moves
    answers = np.zeros((2, 20, 7), np.float16)
    answers[0, :, 3] = 1
    answers[1, :, 4] = 1
    batches = AugmentedBatches(data, TURNED, 20, seed=1, views=Views(faces, answers), views_share=0.75)
    for epoch, grey in ((0, 10), (1, 20), (2, 10)):
        batches.epoch = epoch
        shown, targets = batches[0]
        assert set(np.unique(shown)) == {grey, 99}
        assert {0, 47} == {int(np.flatnonzero(face[0, :, 0] == 99)[0]) for face in shown}
        order = np.random.default_rng((1, epoch)).permutation(20)
        expected = 0.25 * one_hot(data.labels[order])
        expected[:, 3 + epoch % 2] += 0.75
        np.testing.assert_allclose(targets, expected, atol=1e-6)


def test_a_student_sees_views_worsened(data: LabelledFaces) -> None:
    blank = np.full((1, *data.faces.shape), 128, np.uint8)
    views = Views(blank, np.zeros((1, 20, 7), np.float16))
    covered = AugmentedBatches(data, Augmentation(erase_chance=1), 20, seed=1, views=views, views_share=0.5)[0][0]
    assert all((face != 128).any() for face in covered)
    assert blank.min() == blank.max() == 128  # the views themselves stay


def test_views_of_other_faces_and_damaged_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no views at .*faces\.npy: python -m training.views makes them"):
        read_views(tmp_path, 20)
    np.save(tmp_path / FACES, np.zeros((2, 20, 48, 48, 1), np.uint8))
    np.save(tmp_path / ANSWERS, np.zeros((3, 20, 7), np.float16))
    with pytest.raises(ValueError, match=r"views \(2, 20, 48, 48, 1\) and answers \(3, 20, 7\), not of 20 Training"):
        read_views(tmp_path, 20)
    (tmp_path / ANSWERS).write_bytes(b"noise")
    with pytest.raises(ValueError, match=r"answers\.npy is damaged"):
        read_views(tmp_path, 20)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"views": "runs/views"}, "views and its share go together, got file 'runs/views' and share 0.0"),
        ({"views": "x", "views_share": 0.5, "sides": (32, 48)}, "leave out exclude and sides"),
        ({"views": "x", "views_share": 0.5, "exclude": "suspects.csv"}, "leave out exclude and sides"),
    ],
)
def test_settings_that_do_not_go_with_views_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainConfig(**settings)


def test_wrong_input_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--teachers", str(tmp_path / "none.keras"), "--data", "none.csv"]
    assert main(given) == 2
    assert capsys.readouterr().err.startswith("training.views: no teacher at")
    assert main([*given, "--views", "0"]) == 2
    assert "--views must be at least 1, got 0" in capsys.readouterr().err

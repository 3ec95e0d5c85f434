"""Runs of a tiny network with every kind of setting, each broken off and resumed."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest

from emotion.labels import EMOTIONS
from tests.training.conftest import stripes
from training.averaging import averaged
from training.config import TrainConfig
from training.fit import fit, freeze, legs, make_optimizer, make_trainee, stages
from training.labelled_faces import LabelledFaces
from training.networks import LOGITS, make_network
from training.run_folder import RunFolder, best_epoch, read_history

pytestmark = pytest.mark.slow

TINY = TrainConfig(
    stem=4, widths=(4,), blocks=(1,), dropout=0, epochs=4, batch_size=8, warmup_epochs=0.5, learning_rate=0.01
)


def striped(count: int, seed: int) -> LabelledFaces:
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    return LabelledFaces(np.stack([stripes(label, rng) for label in labels])[..., None], labels)


TRAINING, PUBLIC_TEST = striped(56, 1), striped(28, 2)


class Interrupted(RunFolder):
    """A run that Ctrl-C ends after two epochs."""

    def on_epoch_end(self, epoch: int, logs=None) -> None:
        super().on_epoch_end(epoch, logs)
        if epoch == 1:
            raise KeyboardInterrupt


def whole(folder: Path, config: TrainConfig) -> RunFolder:
    run = RunFolder(folder, make_network(config))
    run.begin(config, resume=False)
    fit(config, run, TRAINING, PUBLIC_TEST)
    return run


def broken_and_resumed(folder: Path, config: TrainConfig) -> RunFolder:
    run = Interrupted(folder, make_network(config))
    run.begin(config, resume=False)
    with pytest.raises(KeyboardInterrupt):
        fit(config, run, TRAINING, PUBLIC_TEST)
    keras.utils.set_random_seed(99)  # another process would not have this one's random state
    run = RunFolder(folder, make_network(config))
    run.begin(config, resume=True)
    fit(config, run, TRAINING, PUBLIC_TEST)
    return run


@pytest.fixture(autouse=True)
def _in_float32(float32_policy):
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "sgd", "schedule": "plateau", "learning_rate": 0.05, "weight_decay": 5e-4, "ema": 0.9},
        {"optimizer": "adam", "schedule": "one_cycle", "class_weights": "balanced", "mixup": 0.2, "cutmix": 1.0},
        {"freeze_epochs": 2, "fine_tune_rate": 0.005, "ema": 0.9},
        {"freeze_epochs": 3, "fine_tune_rate": 0.005, "schedule": "constant"},
        {"sides": (32, 48), "ema": 0.9, "mixup": 0.2},  # broken off where the side changes
        {"sides": (24, 40, 48), "freeze_epochs": 1, "fine_tune_rate": 0.005, "schedule": "step"},
    ],
    ids=lambda settings: "-".join(settings),
)
def test_a_run_broken_off_goes_on_as_if_it_had_not_been(settings, tmp_path):
    config = dataclasses.replace(TINY, **settings)
    unbroken = whole(tmp_path / "whole", config)
    resumed = broken_and_resumed(tmp_path / "broken", config)
    histories = [read_history(run.folder / "history.csv") for run in (unbroken, resumed)]
    assert [row["epoch"] for row in histories[1]] == [1, 2, 3, 4]
    for name in ("loss", "val_loss", "val_accuracy"):
        first, second = ([row[name] for row in history] for history in histories)
        np.testing.assert_allclose(second, first, rtol=2e-3, err_msg=name)
    assert not resumed.frozen.exists()
    assert {path.name for path in resumed.folder.iterdir()} == {
        *("config.json", "history.csv", "last.weights.h5", "best.keras")
    }


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [[(48, 4)]]),
        ({"sides": (32, 40, 48), "epochs": 10}, [[(32, 3), (40, 6), (48, 10)]]),
        ({"sides": (32, 48), "epochs": 9, "freeze_epochs": 6}, [[(32, 4), (48, 6)], [(48, 9)]]),
        ({"sides": (24, 32, 40, 48), "epochs": 2}, [[(32, 1), (48, 2)]]),
    ],
)
def test_the_sides_share_the_epochs(settings, expected):
    config = dataclasses.replace(TINY, **settings)
    assert [legs(config, stage) for stage in stages(config)] == expected


def test_what_is_chosen_and_kept_are_the_averaged_weights(tmp_path):
    config = dataclasses.replace(TINY, ema=0.9, schedule="constant")
    run = whole(tmp_path, config)
    best = keras.models.load_model(run.best, compile=False)
    answers = best.predict(PUBLIC_TEST.faces, verbose=0).argmax(axis=1)
    accuracies = [row["val_accuracy"] for row in read_history(tmp_path / "history.csv")]
    assert (answers == PUBLIC_TEST.labels).mean() == pytest.approx(max(accuracies), abs=1e-5)

    trainee = make_trainee(config, make_network(config), make_optimizer(config, 7))
    assert run.restore(trainee, 7) == 4
    stepped = trainee.get_weights()
    with averaged(trainee):
        kept = trainee.get_weights()
    for before, after in zip(stepped, trainee.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert any((a != b).any() for a, b in zip(stepped, kept, strict=True))
    if best_epoch(run.history) == 4:
        for a, b in zip(kept, best.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


def test_a_frozen_network_keeps_all_but_its_last_layer(tmp_path):
    config = dataclasses.replace(TINY, epochs=2, freeze_epochs=1)
    run = RunFolder(tmp_path, make_network(config))
    before = {layer.name: layer.get_weights() for layer in run.network.layers}
    run.begin(config, resume=False)
    run.on_train_end = lambda logs=None: (_ for _ in ()).throw(KeyboardInterrupt)  # after the first stage
    with pytest.raises(KeyboardInterrupt):
        fit(config, run, TRAINING, PUBLIC_TEST)
    assert run.frozen.exists()
    assert not run.last.exists()
    changed = {
        layer.name
        for layer in run.network.layers
        if any((a != b).any() for a, b in zip(before[layer.name], layer.get_weights(), strict=True))
    }
    assert changed == {LOGITS}
    with pytest.raises(FileExistsError, match="holds a run already"):
        run.begin(config, resume=False)


def test_a_run_that_freezes_has_two_stages_with_rates_of_their_own():
    first, second = stages(dataclasses.replace(TINY, freeze_epochs=1, fine_tune_rate=1e-4))
    assert (first.frozen, first.first, first.last, first.peak) == (True, 0, 1, 0.01)
    assert (second.frozen, second.first, second.last, second.peak) == (False, 1, 4, 1e-4)
    network = make_network(TINY)
    freeze(network, True)
    assert len(network.trainable_variables) == 2
    freeze(network, False)
    assert len(network.trainable_variables) > 2


def test_it_stops_early_and_a_resumed_run_stays_stopped(tmp_path):
    # So low a rate that nothing is learnt: the second epoch is no better than the first.
    config = dataclasses.replace(TINY, epochs=30, early_stopping=2, learning_rate=1e-12, schedule="constant")
    run = whole(tmp_path, config)
    assert len(run.history) < 10
    again = RunFolder(tmp_path, make_network(config))
    again.begin(config, resume=True)
    fit(config, again, TRAINING, PUBLIC_TEST)
    assert len(read_history(tmp_path / "history.csv")) == len(run.history)


def test_the_checkpoint_of_another_architecture_is_told(tmp_path):
    run = whole(tmp_path, dataclasses.replace(TINY, epochs=1))
    other = dataclasses.replace(TINY, epochs=1, widths=(6,))
    run = RunFolder(tmp_path, make_network(other))
    with pytest.raises(ValueError, match=r"last\.weights\.h5 does not fit this network"):
        fit(other, run, TRAINING, PUBLIC_TEST)


@pytest.mark.parametrize(
    "settings", [{}, {"optimizer": "sgd"}, {"ema": 0.9}, {"mixup": 1.0, "class_weights": "balanced"}]
)
def test_a_loss_that_is_no_number_stops_with_advice_and_keeps_no_broken_weights(settings, tmp_path):
    with pytest.raises(FloatingPointError, match="lower --learning-rate"):
        whole(tmp_path, dataclasses.replace(TINY, learning_rate=1e38, warmup_epochs=0, **settings))
    assert not (tmp_path / "last.weights.h5").exists()

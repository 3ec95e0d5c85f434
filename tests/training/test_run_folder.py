import dataclasses
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from training.augmentation import Augmentation
from training.config import TrainConfig
from training.run_folder import RunFolder, best_epoch, read_history

pytestmark = pytest.mark.slow

STEPS = 10
CONFIG = TrainConfig(epochs=3)


def begin(folder: Path, resume: bool = False) -> RunFolder:
    """A run of a network with two weights, its folder claimed."""
    inputs = keras.Input((1,))
    network = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    network.compile(optimizer="adam", loss="mse")
    network.optimizer.build(network.trainable_variables)
    run = RunFolder(folder, network)
    run.set_model(network)
    run.begin(CONFIG, resume)
    return run


def end_epoch(run: RunFolder, epoch: int, val_accuracy: float, loss: float = 1.0) -> None:
    """What `fit` does after epoch number `epoch`, from 0; the weights become epoch + 1."""
    run.network.set_weights([np.full_like(w, epoch + 1) for w in run.network.get_weights()])
    run.network.optimizer.iterations.assign((epoch + 1) * STEPS)
    run.on_epoch_begin(epoch)
    run.on_epoch_end(epoch, {"loss": loss, "val_accuracy": val_accuracy})


def weight(network: keras.Model) -> float:
    return float(network.get_weights()[0][0, 0])


def test_best_keeps_the_first_epoch_with_the_highest_accuracy_and_last_the_last(tmp_path):
    run = begin(tmp_path)
    for epoch, accuracy in enumerate((0.5, 0.7, 0.7, 0.6)):
        end_epoch(run, epoch, accuracy)
    assert weight(keras.models.load_model(run.best)) == 2
    resumed = begin(tmp_path, resume=True)
    assert resumed.restore(resumed.network, STEPS) == 4
    assert weight(resumed.network) == 4
    assert [row["epoch"] for row in resumed.history] == [1, 2, 3, 4]
    assert best_epoch(resumed.history) == 2
    assert {p.name for p in tmp_path.iterdir()} == {"config.json", "history.csv", "last.weights.h5", "best.keras"}


def test_a_resumed_run_compares_the_numbers_that_the_file_has(tmp_path):
    end_epoch(begin(tmp_path), 0, 1 / 3)
    resumed = begin(tmp_path, resume=True)
    resumed.restore(resumed.network, STEPS)
    end_epoch(resumed, 1, 1 / 3)
    assert best_epoch(resumed.history) == 1
    assert weight(keras.models.load_model(resumed.best)) == 1


def test_a_new_folder_starts_from_nothing(tmp_path):
    run = begin(tmp_path / "new")
    assert run.restore(run.network, STEPS) == 0
    assert TrainConfig.load(tmp_path / "new" / "config.json") == CONFIG


def test_an_epoch_cut_off_while_it_was_written_counts_as_not_done(tmp_path):
    run = begin(tmp_path)
    end_epoch(run, 0, 0.5)
    kept = run.last.read_bytes()
    end_epoch(run, 1, 0.6)
    run.last.write_bytes(kept)  # as if the kill had come after history.csv
    (tmp_path / ".writing-1-last.weights.h5").write_bytes(kept[:100])
    resumed = begin(tmp_path, resume=True)
    assert resumed.restore(resumed.network, STEPS) == 1
    assert len(resumed.history) == 1
    assert not list(tmp_path.glob(".writing-*"))


def test_a_best_network_that_a_kill_left_behind_is_brought_up_to_date(tmp_path):
    run = begin(tmp_path)
    end_epoch(run, 0, 0.5)
    kept = run.best.read_bytes()
    end_epoch(run, 1, 0.6)
    run.best.write_bytes(kept)  # as if the kill had come after last.weights.h5
    resumed = begin(tmp_path, resume=True)
    assert resumed.restore(resumed.network, STEPS) == 2
    assert weight(keras.models.load_model(resumed.best)) == 2


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_sound_epochs(tmp_path, wrong):
    run = begin(tmp_path)
    end_epoch(run, 0, 0.5)
    with pytest.raises(FloatingPointError, match=r"in epoch 2: .*lower --learning-rate; 1 sound epochs"):
        end_epoch(run, 1, 0.6, loss=wrong)
    resumed = begin(tmp_path, resume=True)
    assert resumed.restore(resumed.network, STEPS) == 1
    assert weight(resumed.network) == 1
    assert len(read_history(tmp_path / "history.csv")) == 1


def test_a_folder_with_a_run_is_not_written_over(tmp_path):
    end_epoch(begin(tmp_path), 0, 0.5)
    with pytest.raises(FileExistsError, match="holds a run already: add --resume"):
        begin(tmp_path)


@pytest.mark.parametrize(("resume", "error"), [(False, FileExistsError), (True, ValueError)])
def test_a_network_without_a_checkpoint_is_not_written_over_either(tmp_path, resume, error):
    (tmp_path / "best.keras").write_bytes(b"what training.on_device leaves")
    (tmp_path / "config.json").write_text("its settings")
    with pytest.raises(error, match=r"a run of training\.on_device, which cannot be resumed: name another --run"):
        begin(tmp_path, resume)
    assert (tmp_path / "config.json").read_text() == "its settings"


def test_other_settings_are_refused_and_only_those_are_named(tmp_path):
    run = begin(tmp_path)
    end_epoch(run, 0, 0.5)
    other = dataclasses.replace(CONFIG, epochs=4, augmentation=Augmentation(shift=0.5))
    differing = r"epochs: 3 there, 4 asked for; augmentation\.shift: 0\.08 there, 0\.5 asked for"
    with pytest.raises(ValueError, match=f"holds a run with other settings: {differing}$"):
        run.begin(other, resume=True)


def test_another_data_set_and_a_damaged_checkpoint_are_told(tmp_path):
    run = begin(tmp_path)
    end_epoch(run, 0, 0.5)
    with pytest.raises(ValueError, match="was the run fitted on another data set"):
        run.restore(run.network, STEPS + 1)
    run.last.write_bytes(b"half")
    with pytest.raises(ValueError, match="does not fit this network"):
        run.restore(run.network, STEPS)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"epochs": 3, "depth": 4, "augmentation": {}}', '{"epochs": "3'])
def test_a_config_that_is_none_is_told_with_its_path(tmp_path, text):
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"config\.json is not a training config of this version"):
        TrainConfig.load(path)


def test_a_full_disk_is_told_before_anything_is_written_and_the_last_checkpoint_stays_whole(tmp_path, monkeypatch):
    run = begin(tmp_path)
    end_epoch(run, 0, 0.5)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    monkeypatch.setattr(
        shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10**9, 10**9 - 5 * 10**5, 5 * 10**5)
    )
    with pytest.raises(OSError, match=r"is full: 0\.5 MB free, a checkpoint takes 1\.0 MB.*go on with --resume"):
        end_epoch(run, 1, 0.9)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    monkeypatch.undo()
    resumed = begin(tmp_path, resume=True)
    assert resumed.restore(resumed.network, STEPS) == 1
    end_epoch(resumed, 1, 0.9)
    assert best_epoch(resumed.history) == 2

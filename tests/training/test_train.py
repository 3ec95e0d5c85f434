"""Real runs of a tiny network on striped pictures, through the command line."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from emotion.card import ModelCard
from training.run_folder import read_history
from training.train import choose_config, main, parse, resume_command

REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_option_reaches_the_config(tmp_path):
    config = choose_config(parse(["--data", "x", "--run", str(tmp_path), "--epochs", "7", "--widths", "8", "16", "32"]))
    assert (config.epochs, config.widths, config.batch_size) == (7, (8, 16, 32), 128)


def test_a_resumed_run_keeps_its_own_settings(finished_run):
    resumed = choose_config(parse(["--data", "x", "--run", str(finished_run), "--resume"]))
    assert (resumed.epochs, resumed.widths) == (5, (4, 8))
    assert choose_config(parse(["--data", "x", "--run", str(finished_run)])).epochs == 45


def test_the_command_to_go_on_is_the_one_that_was_given():
    assert resume_command(["--data", "my file.csv", "--resume", "--seed", "3"]) == (
        "python -m training.train --data 'my file.csv' --seed 3 --resume"
    )


def test_help_names_every_setting_and_does_not_wait_for_keras():
    program = "import sys, training.train as t\ntry: t.main(['--help'])\nfinally: assert 'keras' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for option in ("--epochs", "--learning-rate", "--label-smoothing", "--precision", "--resume"):
        assert option in done.stdout


@pytest.mark.slow
def test_a_run_leaves_its_record_and_a_model_with_its_card(finished_run):
    assert {p.name for p in finished_run.iterdir()} == {
        *("config.json", "history.csv", "last.weights.h5", "best.keras", "export")
    }
    assert len(read_history(finished_run / "history.csv")) == 5
    # Whether eight bits are faster is decided by the clock: a network as small as this one has nothing to gain.
    assert {p.name for p in (finished_run / "export").iterdir()} - {
        "emotion_cnn_int8.tflite",
        "emotion_cnn_int8.json",
    } == {*("emotion_cnn.keras", "emotion_cnn.tflite", "emotion_cnn.json")}
    card = ModelCard.load(finished_run / "export" / "emotion_cnn.json")
    assert card.provenance["config"]["epochs"] == 5
    assert card.metrics["PrivateTest"]["count"] == 60


@pytest.mark.slow
def test_a_folder_with_a_run_is_refused_without_resume(finished_run, synthetic_csv, tiny, capsys):
    assert main(["--data", str(synthetic_csv), "--run", str(finished_run), *tiny]) == 2
    assert capsys.readouterr().err.endswith("holds a run already: add --resume to go on, or name another --run\n")


@pytest.mark.slow
def test_a_run_is_not_resumed_with_other_settings(finished_run, synthetic_csv, tiny, capsys):
    options = ["--data", str(synthetic_csv), "--run", str(finished_run), *tiny, "--seed", "1", "--resume"]
    assert main(options) == 2
    error = capsys.readouterr().err
    assert error.endswith("holds a run with other settings: seed: 2013 there, 1 asked for\n")
    assert error.count("\n") == 1


@pytest.mark.slow
def test_a_finished_run_is_only_exported_again(finished_run, synthetic_csv, tiny, tmp_path, capsys):
    before = (finished_run / "last.weights.h5").stat().st_mtime_ns
    out = tmp_path / "model"
    options = ["--data", str(synthetic_csv), "--run", str(finished_run), *tiny, "--resume", "--out", str(out)]
    assert main(options) == 0
    assert (finished_run / "last.weights.h5").stat().st_mtime_ns == before
    assert (
        ModelCard.load(out / "emotion_cnn.json").metrics
        == ModelCard.load(finished_run / "export" / "emotion_cnn.json").metrics
    )
    assert "PrivateTest: accuracy" in capsys.readouterr().out


@pytest.mark.slow
def test_a_lost_loss_stops_with_advice_and_keeps_no_broken_weights(synthetic_csv, tiny, tmp_path, capsys):
    options = ["--data", str(synthetic_csv), "--run", str(tmp_path), *tiny, "--learning-rate", "1e38"]
    assert main(options) == 1
    assert "lower --learning-rate" in capsys.readouterr().err
    assert not (tmp_path / "last.weights.h5").exists()
    assert not (tmp_path / "best.keras").exists()


def test_settings_that_change_nothing_are_named(tmp_path, capsys):
    options = ["--network", "lenet", "--stem", "8", "--distil-share", "0.9", "--run", str(tmp_path / "run")]
    assert main(["--data", "/none.csv", *options]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[:2] == [
        "training.train: a run without teachers has no use for distil_share: it changes nothing",
        "training.train: lenet has no use for stem: it changes nothing",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", "/none.csv"], "no data set at /none.csv"),
        (["--data", "/none.csv", "--epochs", "0"], "epochs must be positive, got 0"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(options, message, tmp_path, capsys, tiny):
    assert main([*tiny, "--run", str(tmp_path / "run"), *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"training.train: {message}")
    assert error.count("\n") == 1


def start(options: list[str], log: Path) -> subprocess.Popen[bytes]:
    """The program in a process of its own, with SIGINT as a terminal has it."""
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "training.train", *options],
            cwd=REPOSITORY,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )


def wait_for_epoch(history: Path, epochs: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return as soon as `history` has that many rows."""
    deadline = time.monotonic() + 120
    while not history.exists() or history.read_text().count("\n") <= epochs:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_a_run_killed_and_then_interrupted_goes_on_as_if_it_had_not_been(finished_run, synthetic_csv, tiny, tmp_path):
    folder, log = tmp_path / "broken", tmp_path / "log"
    options = ["--data", str(synthetic_csv), "--run", str(folder), *tiny]
    history = folder / "history.csv"

    killed = start(options, log)
    wait_for_epoch(history, 1, killed, log)
    time.sleep(0.1)  # into the next epoch
    killed.kill()
    assert killed.wait(30) == -signal.SIGKILL
    epochs = len(read_history(history))
    assert epochs < 5

    interrupted = start([*options, "--resume"], log)
    wait_for_epoch(history, epochs + 1, interrupted, log)
    interrupted.send_signal(signal.SIGINT)
    assert interrupted.wait(60) == 130, log.read_text()
    assert f"python -m training.train --data {synthetic_csv}" in log.read_text()
    assert "Traceback" not in log.read_text()

    assert main([*options, "--resume"]) == 0
    broken, whole = (read_history(path / "history.csv") for path in (folder, finished_run))
    assert [row["epoch"] for row in broken] == [1, 2, 3, 4, 5]
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose([r[name] for r in broken], [r[name] for r in whole], rtol=2e-3, err_msg=name)
    config, expected = (json.loads((path / "config.json").read_text()) for path in (folder, finished_run))
    assert config == expected

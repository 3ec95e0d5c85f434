"""Sweeps of a tiny network over striped pictures, through the command line."""

import csv
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from training.run_folder import RunFolder, read_history
from training.sweep.__main__ import main

REPOSITORY = Path(__file__).resolve().parents[2]
COMMON = ("--blocks", "1", "--dropout", "0", "--precision", "float32", "--batch-size", "16", "--warmup-epochs", "0.5")
TINY = ("--stem", "4", "--widths", "4", *COMMON)
GRID = ("--over", "learning_rate=0.01,0.02", "epochs=2,1")
SEARCH = ("--search", "3", "--epochs", "2", "--over", "learning_rate=1e-3..1e-1", "stem=2..4", "widths=4,6")


@pytest.fixture(autouse=True)
def _in_float32(float32_policy):
    """Put back what a sweep changes."""


@pytest.fixture(scope="module")
def finished_grid(synthetic_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a grid that went through in one go; left as it is by tests."""
    folder = tmp_path_factory.mktemp("sweeps") / "grid"
    assert main(["--data", str(synthetic_csv), "--run", str(folder), *TINY, *GRID]) == 0
    return folder


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "sweep.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def interrupt_in_epoch(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Ctrl-C after so many epochs of a whole sweep, as soon as the last is kept."""
    left = iter(range(number - 1, -1, -1))
    keep = RunFolder.on_epoch_end

    def on_epoch_end(self: RunFolder, epoch: int, logs=None) -> None:
        keep(self, epoch, logs)
        if next(left) == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(RunFolder, "on_epoch_end", on_epoch_end)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "nothing to sweep: name settings with --over"),
        (["--over", "batch_size=32"], "nothing to sweep: batch_size with one value each"),
        (["--over", "speed=1,2"], "unknown setting 'speed', expected one of network"),
        (["--over", "epochs=1,two"], "epochs takes whole numbers, got 'two'"),
        (["--over", "epochs="], "epochs has an empty value"),
        (["--over", "epochs=3,0"], "epochs=0: epochs must be positive, got 0"),
        (["--over", "network=lenet,alexnet"], "network=alexnet: unknown network 'alexnet'"),
        (["--over", "epochs=1,2", "--epochs", "3"], "epochs is both in --over and an option of its own"),
        (["--over", "dropout=0.1..0.5"], "dropout has a range, which is for a search: add --search N"),
        (["--over", "epochs=1,2", "--search", "4"], "--search needs a range, such as --over dropout=0.1..0.5"),
        (["--over", "dropout=0.1..0.5", "--search", "0"], "--search needs at least 1 point, got 0"),
        (["--over", "dropout=0.1..1.5", "--search", "3"], "dropout=1.5: dropout must be at least 0 and less than 1"),
        (["--over", "batch_size=32,500"], "180 training faces are fewer than one batch of 500"),
        (
            ["--network", "lenet", "--over", "widths=4,8", "--blocks", "1"],
            "no run has a use for widths: all its values",
        ),
        (["--over", "distil_temperature=1,3"], "no run has a use for distil_temperature"),
        (["--over", "epochs=1,2", "--preset", "fast"], "unknown preset 'fast'"),
        (["--over", "epochs=1,2", "--data", "/none.csv"], "no data set at /none.csv"),
    ],
)
def test_wrong_input_is_one_line_before_anything_is_fitted(options, message, synthetic_csv, tmp_path, capsys):
    assert main(["--data", str(synthetic_csv), "--run", str(tmp_path / "sweep"), *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"training.sweep: {message}")
    assert error.count("\n") == 1
    assert not (tmp_path / "sweep").exists()


def test_help_tells_how_values_are_written_and_does_not_wait_for_keras():
    program = (
        "import sys, training.sweep.__main__ as t\n"
        "try: t.main(['--help'])\nfinally: assert not {'keras', 'optuna', 'matplotlib'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for words in ("--over", "--search N", "widths=40:80:160,32:64:128", "--learning-rate"):
        assert words in done.stdout


@pytest.mark.slow
def test_a_grid_leaves_a_run_for_each_point_and_what_compares_them(finished_grid, synthetic_csv, capsys):
    assert {path.name for path in finished_grid.iterdir()} == {
        *("sweep.csv", "sweep.md", "sweep.png"),
        *("epochs=2,learning_rate=0.01", "epochs=1,learning_rate=0.01"),
        *("epochs=2,learning_rate=0.02", "epochs=1,learning_rate=0.02"),
    }
    rows = rows_of(finished_grid)
    assert [(row["learning_rate"], row["epochs"]) for row in rows] == [
        *(("0.01", "2"), ("0.01", "1"), ("0.02", "2"), ("0.02", "1"))
    ]
    for row in rows:
        history = read_history(finished_grid / row["folder"] / "history.csv")
        assert len(history) == int(row["epochs"]) == int(row["epochs_fitted"])
        assert float(row["public_test_accuracy"]) == max(epoch["val_accuracy"] for epoch in history)
    text = (finished_grid / "sweep.md").read_text()
    assert "| learning_rate \\ epochs |" in text
    assert text.count("**") == 4  # the best, once in each table


@pytest.mark.slow
def test_a_finished_grid_is_refused_but_resumed_without_fitting_and_made_wider(
    finished_grid, synthetic_csv, capsys, monkeypatch
):
    options = ["--data", str(synthetic_csv), "--run", str(finished_grid), *TINY]
    assert main([*options, *GRID]) == 2
    assert capsys.readouterr().err.endswith("holds a sweep already: add --resume to go on, or name another --run\n")

    before = rows_of(finished_grid)
    monkeypatch.setattr("training.sweep.points.fit", lambda *_: pytest.fail("a finished point was fitted"))
    assert main([*options, "--resume", "--over", "epochs=1", "learning_rate=0.01,0.02"]) == 0
    assert "best on PublicTest: epochs=1, learning_rate=0.0" in capsys.readouterr().out
    assert main([*options, "--resume", *GRID]) == 0
    assert rows_of(finished_grid) == before

    assert main([*options, "--resume", *GRID, "--seed", "1"]) == 2
    error = capsys.readouterr().err
    assert error.endswith("holds a run with other settings: seed: 2013 there, 1 asked for\n")
    assert error.count("\n") == 1


@pytest.mark.slow
def test_an_interrupted_grid_goes_on_in_mid_run(finished_grid, synthetic_csv, tmp_path, capsys, monkeypatch):
    options = ["--data", str(synthetic_csv), "--run", str(tmp_path), *TINY, *GRID]
    with monkeypatch.context() as patch:
        interrupt_in_epoch(patch, 4)  # the first epoch of the third point
        assert main(options) == 130
    error = capsys.readouterr().err
    assert f"python -m training.sweep --data {synthetic_csv} --run {tmp_path}" in error
    assert "epochs=2,1 --resume\n" in error
    assert len(rows_of(tmp_path)) == 2
    assert len(read_history(tmp_path / "epochs=2,learning_rate=0.02" / "history.csv")) == 1
    assert main([*options, "--resume"]) == 0
    for broken, whole in zip(rows_of(tmp_path), rows_of(finished_grid), strict=True):
        assert float(broken.pop("minutes")) >= 0
        whole.pop("minutes")
        assert broken == whole


@pytest.mark.slow
def test_a_lost_loss_ends_its_run_and_not_the_sweep(synthetic_csv, tmp_path, capsys):
    options = ["--data", str(synthetic_csv), "--run", str(tmp_path), *TINY, "--epochs", "1"]
    assert main([*options, "--over", "learning_rate=1e38,0.01"]) == 0
    assert [row["state"] for row in rows_of(tmp_path)] == ["loss lost", "whole"]
    output = capsys.readouterr().out
    assert "- (loss lost)" in output
    assert "best on PublicTest: learning_rate=0.01" in output


@pytest.mark.slow
def test_an_interrupted_search_proposes_what_an_unbroken_one_does(synthetic_csv, tmp_path, capsys, monkeypatch):
    options = ["--data", str(synthetic_csv), *COMMON, *SEARCH]
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert main([*options, "--run", str(whole)]) == 0
    with monkeypatch.context() as patch:
        interrupt_in_epoch(patch, 3)  # the first epoch of the second point
        assert main([*options, "--run", str(broken)]) == 130
    assert main([*options, "--run", str(broken), "--resume"]) == 0

    for one, other in zip(rows_of(broken), rows_of(whole), strict=True):
        assert [one[name] for name in ("learning_rate", "stem", "widths", "state", "folder")] == [
            *(other[name] for name in ("learning_rate", "stem", "widths", "state", "folder"))
        ]
        assert 1e-3 <= float(one["learning_rate"]) <= 1e-1
        assert one["stem"] in {"2", "3", "4"}
        assert one["widths"] in {"4", "6"}
        assert len(read_history(broken / one["folder"] / "history.csv")) == 2
    study = optuna.load_study(study_name="search", storage=f"sqlite:///{broken / 'search.db'}")
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 3
    assert [len(trial.intermediate_values) for trial in study.trials] == [2, 2, 2]

    assert main([*options, "--run", str(broken)]) == 2
    assert "holds a sweep already" in capsys.readouterr().err
    assert main([*options, "--run", str(broken), "--resume", "--over", "seed=1,2"]) == 2
    assert "holds a search over learning_rate=0.001..0.1; stem=2..4; widths=4,6" in capsys.readouterr().err


@pytest.mark.slow
def test_runs_of_a_search_that_show_no_promise_end_early(synthetic_csv, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(optuna.pruners, "MedianPruner", lambda **_: optuna.pruners.ThresholdPruner(lower=2))
    options = ["--data", str(synthetic_csv), "--run", str(tmp_path), *TINY, "--epochs", "3", "--search", "2"]
    assert main([*options, "--over", "learning_rate=0.01..0.02"]) == 0
    assert [(row["state"], row["epochs_fitted"]) for row in rows_of(tmp_path)] == [("pruned", "1")] * 2
    assert "no run came to its end" in capsys.readouterr().out

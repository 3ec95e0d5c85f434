"""The Colab notebook: kept without outputs, and run from top to bottom, outside Colab, on striped pictures."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from emotion.card import ModelCard
from training.presets import preset_names

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOK = REPOSITORY / "training" / "fer2013_colab.ipynb"
SHORT = (
    "--stem 4 --widths 4 --blocks 1 --dropout 0 --precision float32 "
    "--epochs 2 --batch-size 16 --warmup-epochs 0.5 --learning-rate 0.01 --ema 0"
)


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def cells(notebook: nbformat.NotebookNode, kind: str) -> dict[str, nbformat.NotebookNode]:
    """The cells of a kind by their names."""
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == kind}


def printed(cell: nbformat.NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def pictures(cell: nbformat.NotebookNode) -> int:
    return sum("image/png" in output.get("data", {}) for output in cell.outputs)


def test_it_is_valid_and_kept_without_outputs(notebook):
    nbformat.validate(notebook)
    for cell in cells(notebook, "code").values():
        assert cell.outputs == []
        assert cell.execution_count is None


def test_it_says_first_what_it_must_not_be_used_for(notebook):
    first = notebook.cells[0].source
    assert "An expression is not a feeling" in first
    assert "clear all outputs" in first


def test_its_settings_are_those_of_the_project(notebook):
    parameters = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(parameters) == 1
    assert re.search(r'"PRESET", "(\w+)"', parameters[0].source)[1] in preset_names()
    assert 'FER2013_CSV", ""' in parameters[0].source


def run(notebook: nbformat.NotebookNode, monkeypatch: pytest.MonkeyPatch, runs: Path, **settings: str) -> None:
    """Run all cells in a kernel of their own, with `settings` as environment."""
    environment = {"OPTIONS": SHORT, "RUNS": str(runs), "KERAS_BACKEND": "tensorflow", **settings}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    ).execute()


@pytest.mark.slow
def test_it_runs_from_top_to_bottom_and_says_what_it_leaves_out(notebook, synthetic_csv, tmp_path, monkeypatch):
    run(notebook, monkeypatch, tmp_path / "runs", FER2013_CSV=str(synthetic_csv))
    done = cells(notebook, "code")
    for name, words in {
        "project": f"Left out: git clone. Not in Colab; the project is the checkout {REPOSITORY}",
        "packages": "Left out: pip install.",
        "data": f"Left out: Kaggle and upload. The data is {synthetic_csv}",
        "train": "Keras trains on tensorflow",
        "export": "PrivateTest: accuracy",
        "download": "Left out: the browser's download. Not in Colab; the files are in",
    }.items():
        assert words in printed(done[name]), printed(done[name])
    assert {name: pictures(cell) for name, cell in done.items() if pictures(cell)} == {"explore": 3, "evaluate": 5}
    assert "--preset gpu_half_hour" in printed(done["train"])
    card = ModelCard.load(tmp_path / "runs" / "model" / "emotion_cnn.json")
    assert card.provenance["config"]["mixup"] == 0.2  # the preset's
    assert card.provenance["config"]["epochs"] == 2
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {"explore", "run", "model", "model.zip", "report"}


@pytest.mark.slow
def test_a_wrong_setting_stops_it_where_it_is_told(notebook, tmp_path, monkeypatch):
    with pytest.raises(CellExecutionError, match="outside Colab set FER2013_CSV"):
        run(notebook, monkeypatch, tmp_path, FER2013_CSV="")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_in_colab_it_asks_for_the_address_of_the_project_first(notebook, tmp_path, monkeypatch):
    stub = "import sys, types\nsys.modules['google.colab'] = types.ModuleType('google.colab')"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(stub))
    with pytest.raises(CellExecutionError, match="set REPOSITORY in the first cell to the address of your copy"):
        run(notebook, monkeypatch, tmp_path)


@pytest.mark.slow
def test_a_program_that_fails_stops_it(notebook, tmp_path, monkeypatch):
    with pytest.raises(CellExecutionError, match="ended with 2, its last lines say why"):
        run(notebook, monkeypatch, tmp_path, FER2013_CSV=str(tmp_path / "none.csv"))
    assert "no data set at" in printed(cells(notebook, "code")["explore"])

"""Tables, CSV and picture of a sweep."""

import csv
from pathlib import Path

from training.sweep.results import Outcome, Point, State, best_of, markdown, verdict, write_results
from training.sweep.space import Listed, Ranged

SPACE = [Listed("batch_size", (32, 64)), Listed("epochs", (5, 10))]


def point(accuracy: float | None, state: State = State.WHOLE, **settings) -> Point:
    outcome = Outcome(state, accuracy, 3, 5, 1.25) if accuracy is not None else Outcome(state)
    return Point(settings, Path("runs") / "-".join(map(str, settings.values())), outcome)


POINTS = [
    point(0.50, batch_size=32, epochs=5),
    point(0.625, batch_size=32, epochs=10),
    point(0.70, State.PRUNED, batch_size=64, epochs=5),
    point(None, State.LOST, batch_size=64, epochs=10),
]


def test_two_lists_have_a_row_a_point_and_rows_against_columns():
    assert markdown(POINTS, SPACE) == (
        "| batch_size | epochs |      PublicTest | best epoch | minutes |\n"
        "|-----------:|-------:|----------------:|-----------:|--------:|\n"
        "|         32 |      5 |          50.00% |     3 of 5 |     1.2 |\n"
        "|         32 |     10 |      **62.50%** |     3 of 5 |     1.2 |\n"
        "|         64 |      5 | 70.00% (pruned) |     3 of 5 |     1.2 |\n"
        "|         64 |     10 |   - (loss lost) |     0 of 0 |     0.0 |\n"
        "\n"
        "| batch_size \\ epochs |      5 |         10 |\n"
        "|--------------------:|-------:|-----------:|\n"
        "|       batch_size 32 | 50.00% | **62.50%** |\n"
        "|       batch_size 64 |      - |          - |"
    )


def test_a_range_has_no_rows_against_columns():
    space = [Listed("batch_size", (32,)), Ranged("learning_rate", 1e-4, 1e-2)]
    table = markdown([point(0.5, batch_size=32, learning_rate=0.00123456789)], space)
    assert table.count("\n") == 2
    assert " 0.001235 |" in table


def test_the_best_is_whole_and_the_first_of_equals():
    assert best_of(POINTS) is POINTS[1]
    assert best_of([*POINTS, point(0.625, batch_size=128, epochs=5)]) is POINTS[1]
    assert best_of(POINTS[2:]) is None


def test_the_verdict_exports_the_best():
    assert verdict(POINTS, Path("my data.csv")) == (
        "best on PublicTest: batch_size=32, epochs=10; to serve it\n"
        "  python -m training.export --network runs/32-10/best.keras --data 'my data.csv' --out FOLDER"
    )
    assert "sweep lower learning rates" in verdict(POINTS[2:], Path("x"))


def test_the_files_hold_every_point(tmp_path):
    write_results(tmp_path, POINTS, SPACE)
    with (tmp_path / "sweep.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["public_test_accuracy"] for row in rows] == ["0.5", "0.625", "0.7", ""]
    assert rows[2] == {
        **{"batch_size": "64", "epochs": "5", "public_test_accuracy": "0.7", "best_epoch": "3", "minutes": "1.25"},
        **{"epochs_fitted": "5", "state": "pruned", "folder": "64-5"},
    }
    assert (tmp_path / "sweep.md").read_text() == markdown(POINTS, SPACE) + "\n"
    assert (tmp_path / "sweep.png").read_bytes().startswith(b"\x89PNG")

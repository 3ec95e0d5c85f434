"""A lesson's numbers as files; their columns stay as they are."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from emotion.labels import EMOTIONS
from emotion.lesson import Lesson, Marker, Window
from emotion.lesson_exports import lesson_csv, lesson_json
from tests.fakes import make_scores

START = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
LESSON = Lesson(
    "Fractions, 7b",
    START,
    None,
    "camera",
    "network",
    (
        Window(0.0, tuple(make_scores(happy=0.4).values()), 0.25, 24.5, 18.25),
        Window(10.0, (), 1.0, 2.0, 0.0, "another network"),
    ),
    (Marker(7.26, "Quiz"),),
)


def test_the_columns_of_the_csv_stay():
    assert lesson_csv(LESSON).splitlines()[0] == (
        "start_s,angry,disgust,fear,happy,sad,surprise,neutral,unsure,faces_seen,faces_readable,model"
    )


def test_a_window_without_a_readable_face_has_empty_shares():
    first, second = csv.DictReader(io.StringIO(lesson_csv(LESSON)))
    assert sum(float(first[e]) for e in EMOTIONS) == pytest.approx(1, abs=1e-3)
    assert (first["happy"], first["unsure"], first["faces_seen"], first["faces_readable"]) == (
        "0.4", "0.25", "24.5", "18.25"
    )  # fmt: skip
    assert [second[e] for e in EMOTIONS] == [""] * 7
    assert (second["start_s"], second["unsure"]) == ("10.0", "1.0")


def test_each_window_names_the_network_that_read_it():
    told = [[row["model"] for row in csv.DictReader(io.StringIO(lesson_csv(LESSON)))]]
    told.append([window["model"] for window in json.loads(lesson_json(LESSON))["windows"]])
    assert told == [["network", "another network"]] * 2


def test_json_tells_everything():
    told = json.loads(lesson_json(LESSON))
    assert told["started"] == "2026-11-27T09:30:00+00:00"
    assert told["ended"] is None
    assert told["markers"] == [{"at_s": 7.3, "text": "Quiz"}]
    assert [window["happy"] for window in told["windows"]] == [0.4, None]
    assert (told["title"], told["source"], told["model"]) == ("Fractions, 7b", "camera", "network")

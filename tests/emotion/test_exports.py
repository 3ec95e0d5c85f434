"""Numbers as they leave the app."""

import csv
import io
import json

from emotion.exports import COLUMNS, faces_csv, faces_json
from emotion.faces import Box
from tests.fakes import make_face

FACES = [make_face(Box(1, 2, 3, 4), happy=0.76), make_face(Box(5, 6, 7, 8), sad=0.4, unsure_below=0.5)]


def test_csv_has_a_row_a_face_and_documented_columns():
    rows = [*csv.DictReader(io.StringIO(faces_csv(FACES)))]
    assert tuple(rows[0]) == COLUMNS
    assert [row["face"] for row in rows] == ["1", "2"]
    assert [row["emotion"] for row in rows] == ["happy", "unsure"]
    assert rows[0]["happy"] == rows[0]["confidence"] == "0.76"
    assert [rows[1][corner] for corner in ("x1", "y1", "x2", "y2")] == ["5", "6", "7", "8"]


def test_csv_of_no_face_is_the_header():
    assert faces_csv([]) == ",".join(COLUMNS) + "\n"


def test_json_tells_unsure_as_null_and_keeps_the_likeliest():
    report = json.loads(faces_json(FACES, 640, 480, "m-1"))
    assert report["image"] == {"width": 640, "height": 480}
    assert report["model"] == "m-1"
    assert [face["emotion"] for face in report["faces"]] == ["happy", None]
    assert report["faces"][1]["likeliest"] == "sad"
    assert report["faces"][1]["box"] == {"x1": 5, "y1": 6, "x2": 7, "y2": 8}
    assert abs(sum(report["faces"][0]["scores"].values()) - 1) < 0.001

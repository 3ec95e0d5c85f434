"""Numbers of several pictures."""

import csv
import io
import json

from streamlit.testing.v1 import AppTest

from emotion.exports import COLUMNS, Photo, photo_rows, photos_csv, photos_json
from emotion.pages.photo import PNG
from tests.fakes import make_face

PHOTOS = [
    Photo("a.jpg", 640, 480, (make_face(happy=0.9), make_face(sad=0.4, unsure_below=0.6))),
    Photo("b, c.png", 320, 240, ()),
    Photo("b, c.png", 320, 240, (make_face(neutral=0.8),)),
]


def test_rows_begin_with_the_picture_and_count_its_faces():
    rows = photo_rows(PHOTOS)
    assert [(row["picture"], row["face"], row["emotion"]) for row in rows] == [
        ("a.jpg", 1, "happy"),
        ("a.jpg", 2, "unsure"),
        ("b, c.png", 1, "neutral"),
    ]
    read = [*csv.DictReader(io.StringIO(photos_csv(PHOTOS)))]
    assert [*read[0]] == ["picture", *COLUMNS]
    assert [row["picture"] for row in read] == ["a.jpg", "a.jpg", "b, c.png"]


def test_json_has_every_picture_even_one_without_faces():
    told = json.loads(photos_json(PHOTOS, "network"))
    assert [(p["picture"], len(p["faces"]), p["model"]) for p in told] == [
        ("a.jpg", 2, "network"),
        ("b, c.png", 0, "network"),
        ("b, c.png", 1, "network"),
    ]
    assert told[0]["image"] == {"width": 640, "height": 480}


def test_a_picture_that_was_taken_away_is_forgotten():
    def show_tab():
        from emotion.pages import photo

        photo.show(None)  # no picture, so nothing to analyse

    app = AppTest.from_function(show_tab)
    app.session_state[PNG] = ("a file that is gone", b"its faces")
    assert not app.run(timeout=30).exception
    assert PNG not in app.session_state

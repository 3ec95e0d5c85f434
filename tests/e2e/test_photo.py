"""The photo tab in a real browser."""

import csv
import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from emotion.images import decode_picture
from emotion.labels import EMOTIONS
from tests.e2e.uploads import give

pytestmark = pytest.mark.e2e


def upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_role("tab", name="Photo").click()
    give(page, [{"name": name, "mimeType": "image/png", "buffer": content}])


def png(image) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.asarray(image)).save(file, "PNG")
    return file.getvalue()


def downloaded(page: Page, button: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("tabpanel").get_by_test_id("stDownloadButton").filter(has_text=button).click()
    return download.value.path().read_bytes()


def test_a_photo_shows_one_face_with_seven_probabilities(open_page, astronaut):
    page = open_page()
    upload(page, "astronaut.png", png(astronaut))
    found = page.get_by_test_id("stMetric").filter(has_text="Faces found").get_by_test_id("stMetricValue")
    expect(found).to_have_text("1", timeout=20_000)
    expect(page.get_by_text(re.compile(r"Face 1: happy \d+%"))).to_be_visible()
    chart = page.get_by_label(re.compile("Face 1: happy"))
    described = chart.first.get_attribute("aria-label")
    assert sorted(re.findall(r"[a-z]+(?= \d+%)", described)) == sorted(EMOTIONS)

    rows = [*csv.DictReader(io.StringIO(downloaded(page, "CSV").decode()))]
    assert [row["emotion"] for row in rows] == ["happy"]
    (face,) = json.loads(downloaded(page, "JSON"))["faces"]
    assert [*face["scores"]] == [*EMOTIONS]
    assert decode_picture(downloaded(page, "PNG")).shape == astronaut.shape


def test_a_file_that_is_no_picture_is_refused_in_words(open_page):
    page = open_page()
    upload(page, "letter.png", b"Dear teacher,")
    expect(page.get_by_text("letter.png: This is not a JPEG, PNG, WebP or BMP picture")).to_be_visible(timeout=20_000)
    assert page.get_by_text("Traceback").count() == 0


def test_a_photo_without_faces_says_so(open_page):
    page = open_page()
    upload(page, "wall.png", png(Image.new("RGB", (320, 240), "grey")))
    expect(page.get_by_text("No face found.")).to_be_visible(timeout=20_000)


def test_a_snapshot_of_the_camera_is_read(open_page, astronaut_film):
    page = open_page(astronaut_film)
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("radio", name="Camera snapshot").click()
    page.get_by_role("button", name="Take photo").click(timeout=20_000)
    found = page.get_by_text(re.compile(r"Face 1: happy \d+%"))
    none = page.get_by_text("No face found. Faces should look")
    for _ in range(5):  # a camera's first pictures may be black
        expect(found.or_(none)).to_be_visible(timeout=20_000)
        if found.is_visible():
            break
        page.get_by_role("button", name="Clear photo").click()
        page.wait_for_timeout(1000)
        page.get_by_role("button", name="Take photo").click(timeout=20_000)
    expect(found).to_be_visible(timeout=20_000)


def test_nothing_of_an_upload_reaches_the_disk(open_page, app_scratch, astronaut):
    page = open_page()
    upload(page, "astronaut.png", png(astronaut))
    expect(page.get_by_text(re.compile(r"Face 1: happy \d+%"))).to_be_visible(timeout=20_000)
    assert [path for path in app_scratch.rglob("*") if path.is_file()] == []


def test_several_photos_share_a_table_and_a_bad_one_costs_no_other(open_page, astronaut, tmp_path):
    names = ("astronaut.png", "letter.png", "mirror.png")
    for name, content in zip(names, (png(astronaut), b"Dear teacher,", png(astronaut[:, ::-1])), strict=True):
        (tmp_path / name).write_bytes(content)
    page = open_page()
    page.get_by_role("tab", name="Photo").click()
    give(page, [tmp_path / name for name in names])
    expect(page.get_by_text("2 faces in 2 pictures")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("letter.png: This is not a JPEG, PNG, WebP or BMP picture")).to_be_visible()
    rows = [*csv.DictReader(io.StringIO(downloaded(page, "CSV of all").decode()))]
    assert [(row["picture"], row["face"], row["emotion"]) for row in rows] == [
        ("astronaut.png", "1", "happy"),
        ("mirror.png", "1", "happy"),
    ]
    assert [told["picture"] for told in json.loads(downloaded(page, "JSON of all"))] == ["astronaut.png", "mirror.png"]

    page.get_by_text("Where the network looked").click()
    expect(page.get_by_text(re.compile("“happy” rests most on"))).to_be_visible(timeout=20_000)

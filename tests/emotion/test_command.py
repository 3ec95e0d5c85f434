"""`python -m emotion photo`."""

import json

import pytest
from PIL import Image

from emotion.__main__ import main
from emotion.images import decode_picture


@pytest.fixture
def photo(tmp_path, astronaut):
    path = tmp_path / "astronaut.jpg"
    Image.fromarray(astronaut).save(path, quality=95)
    return path


def test_says_what_it_found(photo, capsys):
    assert main(["photo", str(photo)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "1 face found"
    assert second.startswith("1: happy ")


def test_writes_the_picture_and_the_numbers(photo, tmp_path, capsys):
    out, numbers = tmp_path / "out.png", tmp_path / "numbers.json"
    assert main(["photo", str(photo), "--out", str(out), "--json", str(numbers)]) == 0
    assert decode_picture(out.read_bytes()).shape == (512, 512, 3)
    (face,) = json.loads(numbers.read_text())["faces"]
    assert face["emotion"] == "happy"
    assert set(tmp_path.iterdir()) == {photo, out, numbers}


def test_json_on_standard_output_is_only_json(photo, capsys):
    assert main(["photo", str(photo), "--json", "-"]) == 0
    assert len(json.loads(capsys.readouterr().out)["faces"]) == 1


def test_no_face_is_said(tmp_path, capsys):
    path = tmp_path / "grey.png"
    Image.new("RGB", (300, 200), "grey").save(path)
    assert main(["photo", str(path)]) == 0
    assert capsys.readouterr().out == "no face found\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.png", None, "no picture at"),
        ("text.png", b"hello", "not a JPEG"),
        ("empty.png", b"", "empty (0 bytes)"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path, capsys, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert main(["photo", str(path), "--out", str(tmp_path / "out.png")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "out.png").exists()


def test_another_output_format_is_refused_before_any_work(photo, tmp_path, capsys):
    assert main(["photo", str(photo), "--out", str(tmp_path / "out.jpg")]) == 2
    assert "must end in .png" in capsys.readouterr().err


def test_a_folder_that_does_not_exist_is_made_for_the_result(photo, tmp_path):
    out = tmp_path / "new" / "out.png"
    assert main(["photo", str(photo), "--out", str(out)]) == 0
    assert out.exists()

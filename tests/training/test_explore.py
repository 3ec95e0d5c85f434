"""What a data set looks like, and what stands in it twice."""

import numpy as np
import pytest

from training.duplicates import Place, conflicting, count_duplicates, describe, find_duplicates
from training.explore import main
from training.html_page import HtmlPage
from training.labelled_faces import LabelledFaces, Split


def part(*faces: tuple[int, int]) -> LabelledFaces:
    """Faces given as (grey value, label)."""
    pixels = np.stack([np.full((48, 48, 1), grey, np.uint8) for grey, _ in faces])
    return LabelledFaces(pixels, np.array([label for _, label in faces], np.int64))


@pytest.fixture
def twins():
    return {
        Split.TRAINING: part((1, 0), (2, 3), (1, 0), (3, 4), (3, 2)),
        Split.PUBLIC_TEST: part((2, 3), (5, 1)),
        Split.PRIVATE_TEST: part((2, 6), (6, 1)),
    }


def test_identical_pictures_are_found_inside_and_across_splits(twins):
    groups = find_duplicates(twins)
    assert groups == [
        (Place(Split.TRAINING, 0, 0), Place(Split.TRAINING, 2, 0)),
        (Place(Split.TRAINING, 1, 3), Place(Split.PUBLIC_TEST, 0, 3), Place(Split.PRIVATE_TEST, 0, 6)),
        (Place(Split.TRAINING, 3, 4), Place(Split.TRAINING, 4, 2)),
    ]
    assert [conflicting(group) for group in groups] == [False, True, True]
    assert describe(groups[1]) == "Training 1 (happy), PublicTest 0 (happy), PrivateTest 0 (neutral)"


def test_duplicates_are_counted(twins):
    counts = count_duplicates(find_duplicates(twins))
    assert counts["faces of Training in groups of identical pictures"] == 5
    assert counts["faces of Training in groups with conflicting labels"] == 2
    assert counts["pictures in both Training and PublicTest"] == 1
    assert counts["pictures in both PublicTest and PrivateTest"] == 1


def test_the_page_stands_alone(tmp_path, synthetic_csv, capsys):
    assert main(["--data", str(synthetic_csv), "--out", str(tmp_path)]) == 0
    assert "disgust" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"counts.png", "samples.png", "means.png", "index.html"}
    page = (tmp_path / "index.html").read_text()
    assert page.count("data:image/png;base64,") == 3
    assert "http" not in page
    assert 'src="/' not in page


def test_a_missing_data_set_is_one_line_and_exit_code_2(tmp_path, capsys):
    assert main(["--data", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_html_is_escaped(tmp_path):
    page = HtmlPage("<script>")
    page.table(["a<b"], [["<img onerror=x>"]])
    page.save(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    assert "<script>" not in text
    assert "<img" not in text


@pytest.mark.data
def test_fer2013_has_the_43_pictures_known_to_be_in_both_test_halves(fer2013):
    counts = count_duplicates(find_duplicates(fer2013))
    assert counts["pictures in both PublicTest and PrivateTest"] == 43

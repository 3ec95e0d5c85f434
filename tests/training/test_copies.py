"""Test faces that stand in Training too."""

import numpy as np
import pytest

from tests.fakes import ConstantBackend, constant_classifier
from training.copies import CopyReport, main, measure_copies
from training.labelled_faces import LabelledFaces


def part(*faces: tuple[int, int]) -> LabelledFaces:
    """Faces given as (grey value, label)."""
    pixels = np.array([np.full((48, 48, 1), grey) for grey, _ in faces], np.uint8).reshape(-1, 48, 48, 1)
    return LabelledFaces(pixels, np.array([label for _, label in faces], np.int64))


def test_copies_are_counted_apart():
    always_happy = constant_classifier(ConstantBackend(happy=0.9))
    report = measure_copies(always_happy, part((1, 0), (2, 3)), part((1, 3), (2, 4), (7, 3), (8, 3)))
    assert report == CopyReport(copies=2, on_all=0.75, on_copies=0.5, on_others=1.0)


def test_without_copies_nothing_is_claimed_of_them():
    report = measure_copies(constant_classifier(ConstantBackend(happy=0.9)), part((1, 0)), part((2, 3)))
    assert report == CopyReport(copies=0, on_all=1.0, on_copies=None, on_others=1.0)


def test_an_empty_split_is_refused():
    with pytest.raises(ValueError, match="no faces to test on"):
        measure_copies(constant_classifier(ConstantBackend()), part((1, 0)), part())


@pytest.mark.data
def test_fer2013s_copies(fer2013_csv, capsys):
    assert main(["--data", str(fer2013_csv)]) == 0
    public, private = capsys.readouterr().out.splitlines()
    assert "280 faces stand in Training too" in public
    assert "288 faces stand in Training too" in private

"""Faces with their labels, and what a data set needs to be fitted on."""

import numpy as np
import pytest

from emotion.labels import EMOTIONS
from training.labelled_faces import LabelledFaces, Split, require_trainable, sha256


def faces_of(*labels: int) -> LabelledFaces:
    return LabelledFaces(np.zeros((len(labels), 48, 48, 1), np.uint8), np.array(labels, np.int64))


ALL = faces_of(*range(len(EMOTIONS)))


def dataset(training=ALL, public=ALL, private=ALL):
    return {Split.TRAINING: training, Split.PUBLIC_TEST: public, Split.PRIVATE_TEST: private}


def test_a_whole_data_set_passes():
    data = dataset()
    assert require_trainable(data) is data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (dataset(public=faces_of()), "no PublicTest faces"),
        (dataset(training=faces_of(3, 3, 3)), "all Training faces are happy"),
        (dataset(private=faces_of(0, 2, 3, 4, 5, 6)), "PrivateTest has no face of disgust"),
        (dataset(training=faces_of(0, 1)), "Training has no face of fear, happy"),
    ],
)
def test_a_data_set_that_cannot_be_fitted_on_is_refused_before_fitting(data, message):
    with pytest.raises(ValueError, match=message):
        require_trainable(data)


@pytest.mark.parametrize(
    ("faces", "labels", "message"),
    [
        (np.zeros((2, 48, 48), np.uint8), np.zeros(2, np.int64), "expected faces as uint8"),
        (np.zeros((2, 48, 48, 1), np.float32), np.zeros(2, np.int64), "expected faces as uint8"),
        (np.zeros((2, 48, 48, 1), np.uint8), np.zeros(3, np.int64), "expected 2 labels"),
        (np.zeros((2, 48, 48, 1), np.uint8), np.array([0, 7]), "labels must be 0-6"),
    ],
)
def test_labelled_faces_check_their_arrays(faces, labels, message):
    with pytest.raises(ValueError, match=message):
        LabelledFaces(faces, labels)


def test_the_hash_changes_with_a_pixel_and_with_a_label():
    faces, labels = np.zeros((2, 48, 48, 1), np.uint8), np.array([0, 1])
    other_faces, other_labels = faces.copy(), np.array([0, 2])
    other_faces[1, 5, 5] = 1
    hashes = {sha256(LabelledFaces(f, x)) for f, x in ((faces, labels), (other_faces, labels), (faces, other_labels))}
    assert len(hashes) == 3
    assert sha256(LabelledFaces(faces.copy(), labels.astype(np.int64))) in hashes

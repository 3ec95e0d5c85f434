"""The network behind its one call, and the card it must come with."""

import json
import shutil
import threading

import numpy as np
import pytest

from emotion.card import ModelCard, card_path
from emotion.classifier import EmotionClassifier
from emotion.labels import EMOTIONS
from emotion.settings import DEFAULT_MODEL
from tests.fakes import ConstantBackend, constant_classifier


@pytest.fixture(scope="module")
def shipped() -> EmotionClassifier:
    return EmotionClassifier.load(DEFAULT_MODEL)


@pytest.fixture
def model_copy(tmp_path):
    for path in (DEFAULT_MODEL, card_path(DEFAULT_MODEL)):
        shutil.copy(path, tmp_path)
    return tmp_path / DEFAULT_MODEL.name


def edit_card(model, **changes) -> None:
    card = card_path(model)
    card.write_text(json.dumps({**json.loads(card.read_text()), **changes}))


def some_faces(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, 48, 48, 1), dtype=np.uint8)


def test_answers_probabilities_for_any_number_of_faces(shipped):
    for count in (3, 1, 50, 3, 0):
        scores = shipped.predict(some_faces(count))
        assert scores.shape == (count, len(EMOTIONS))
        assert scores.dtype == np.float32
        assert np.allclose(scores.sum(axis=1), 1, atol=1e-4)


def test_a_face_gets_the_same_answer_alone_and_in_company(shipped):
    faces = some_faces(9)
    together = shipped.predict(faces)
    alone = np.concatenate([shipped.predict(faces[i : i + 1]) for i in range(9)])
    assert np.abs(together - alone).max() < 1e-4


def test_answers_are_the_callers_own(shipped):
    first = shipped.predict(some_faces(2))
    kept = first.copy()
    shipped.predict(some_faces(2)[::-1])
    assert np.array_equal(first, kept)


def test_threads_can_share_it(shipped):
    expected = {count: shipped.predict(some_faces(count)) for count in (1, 2, 5, 8)}
    wrong = []

    def ask(count: int) -> None:
        for _ in range(20):
            if np.abs(shipped.predict(some_faces(count)) - expected[count]).max() > 1e-5:
                wrong.append(count)

    threads = [threading.Thread(target=ask, args=(count,)) for count in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_refuses_what_is_no_batch_of_faces(shipped):
    with pytest.raises(ValueError, match=r"expected faces as uint8 \(n, 48, 48, 1\), got float64"):
        shipped.predict(np.zeros((1, 48, 48, 1)))


def test_no_faces_need_no_network():
    backend = ConstantBackend()
    assert constant_classifier(backend).predict(some_faces(0)).shape == (0, 7)
    assert backend.calls == []


def test_missing_model(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no model at .*absent\.tflite.*EMOTION_MODEL"):
        EmotionClassifier.load(tmp_path / "absent.tflite")


def test_another_kind_of_file(tmp_path):
    with pytest.raises(ValueError, match=r"ending in \.tflite or \.keras"):
        EmotionClassifier.load(tmp_path / "model.onnx")


@pytest.mark.parametrize("content", [b"", b"TFL3", b"no network at all" * 100])
def test_corrupt_model(model_copy, content):
    model_copy.write_bytes(content)
    with pytest.raises(ValueError, match="not a LiteRT network, or is damaged"):
        EmotionClassifier.load(model_copy)


def test_truncated_model(model_copy):
    model_copy.write_bytes(model_copy.read_bytes()[:200_000])
    with pytest.raises(ValueError, match="not a LiteRT network, or is damaged"):
        EmotionClassifier.load(model_copy)


def test_missing_card(model_copy):
    card_path(model_copy).unlink()
    with pytest.raises(FileNotFoundError, match="no model card at"):
        EmotionClassifier.load(model_copy)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"name": "x"}'])
def test_damaged_card(model_copy, content):
    card_path(model_copy).write_text(content)
    with pytest.raises(ValueError, match="model card"):
        EmotionClassifier.load(model_copy)


def test_a_card_with_labels_in_folder_order_is_an_error(model_copy):
    edit_card(model_copy, labels=["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"])
    with pytest.raises(ValueError, match=r"the card's labels are .* this app reads"):
        EmotionClassifier.load(model_copy)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_shape": [64, 64, 1]}, "input shape is"),
        ({"temperature": 0}, "temperature must be positive"),
        ({"unsure_below": 1.5}, "unsure_below must be a probability"),
    ],
)
def test_a_card_that_cannot_be_true_is_an_error(model_copy, changes, message):
    edit_card(model_copy, **changes)
    with pytest.raises(ValueError, match=message):
        EmotionClassifier.load(model_copy)


def test_card_survives_writing_and_reading(tmp_path):
    card = ModelCard("m", temperature=1.3, unsure_below=0.4, metrics={"PrivateTest": {"accuracy": 0.5}})
    path = tmp_path / "m.json"
    path.write_text(card.to_json())
    assert ModelCard.load(path) == card


@pytest.mark.slow
def test_keras_and_litert_answer_alike(shipped):
    keras_network = EmotionClassifier.load(DEFAULT_MODEL.with_suffix(".keras"))
    for count in (1, 20):
        assert np.abs(keras_network.predict(some_faces(count)) - shipped.predict(some_faces(count))).max() < 1e-3
    assert keras_network.predict(some_faces(0)).shape == (0, 7)


@pytest.mark.slow
def test_corrupt_keras_file(model_copy):
    path = model_copy.with_suffix(".keras")
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ValueError, match="not a Keras network, or is damaged"):
        EmotionClassifier.load(path)

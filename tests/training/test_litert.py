import os

import keras
import numpy as np
import pytest

from emotion.card import ModelCard
from emotion.classifier import EmotionClassifier
from training.litert import convert, in_float32, quiet
from training.networks import emotion_net
from training.provenance import precision_of

pytestmark = pytest.mark.slow


@pytest.fixture
def mixed(float32_policy) -> keras.Model:
    """A tiny network that computes in bfloat16."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    return emotion_net(stem=4, widths=(4, 8), blocks=(1, 1))


def test_a_network_fitted_in_bfloat16_is_served_in_float32_for_any_number_of_faces(mixed, tmp_path):
    plain = in_float32(mixed)
    assert precision_of(mixed) == "mixed_bfloat16"
    assert "bfloat16" not in str(plain.get_config())
    assert plain.input.dtype == "uint8"
    for layer in plain.layers[1:]:
        assert layer.compute_dtype == "float32"
    faces = np.random.default_rng(1).integers(0, 256, (3, 48, 48, 1), dtype=np.uint8)
    expected = keras.ops.convert_to_numpy(plain(faces))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(mixed(faces)), expected, atol=0.02)
    convert(plain, tmp_path / "net.tflite")
    served = EmotionClassifier.load(tmp_path / "net.tflite", ModelCard(name="test"))
    np.testing.assert_allclose(served.predict(faces), expected, atol=1e-5)
    np.testing.assert_allclose(served.predict(faces[:1]), expected[:1], atol=1e-5)


def test_what_is_printed_inside_is_kept_off_the_terminal(capfd):
    with quiet():
        os.write(2, b"chatter of a library\n")
    print("after")
    assert capfd.readouterr() == ("after\n", "")


def test_what_is_printed_inside_is_shown_when_it_fails(capfd):
    @quiet()
    def fail() -> None:
        os.write(2, b"the reason\n")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert "the reason" in capfd.readouterr().err

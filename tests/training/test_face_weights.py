"""HSE-FaceRes into our MobileNet: made up files of its form, as the real ones are not ours to keep."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from training.config import TrainConfig
from training.face_weights import main, normalise, read_weights, take_over
from training.networks import make_network


def write_model(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    """A TensorFlow.js graph model with these arrays, stored in 16 bits."""
    weights = [
        {"name": n, "shape": list(a.shape), "dtype": "float32", "quantization": {"dtype": "float16"}}
        for n, a in arrays.items()
    ]
    (folder / "faceres.bin").write_bytes(b"".join(a.astype(np.float16).tobytes() for a in arrays.values()))
    path = folder / "faceres.json"
    path.write_text(json.dumps({"weightsManifest": [{"paths": ["faceres.bin"], "weights": weights}]}))
    return path


def test_weights_come_back_as_they_were_stored(tmp_path: Path) -> None:
    arrays = {"a/kernel": np.arange(6.0).reshape(2, 3), "b": np.array(0.5)}
    read = read_weights(write_model(tmp_path, arrays))
    assert list(read) == ["a/kernel", "b"]
    np.testing.assert_array_equal(read["a/kernel"], arrays["a/kernel"])
    assert (read["b"].shape, read["b"].dtype) == ((), np.float32)


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path, {"a": np.zeros(3)})
    (tmp_path / "faceres.bin").write_bytes(bytes(8))
    with pytest.raises(ValueError, match="describes 6 bytes of weights, its files have 8"):
        read_weights(path)
    (tmp_path / "faceres.bin").write_bytes(bytes(2))
    with pytest.raises(ValueError, match=r"faceres\.json is no TensorFlow\.js model with whole weights"):
        read_weights(path)
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"no TensorFlow\.js model with whole weights: 'weightsManifest'"):
        read_weights(path)


@pytest.mark.slow
def test_normalising_by_real_faces_changes_no_answer(tmp_path: Path) -> None:
    network = make_network(TrainConfig(network="mobilenet", seed=3))
    rng = np.random.default_rng(3)
    arrays = {}
    for layer in network.layers:
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            arrays[f"{layer.name}/depthwise_kernel"] = rng.normal(0, 0.5, layer.get_weights()[0].shape)
        elif isinstance(layer, keras.layers.Conv2D):
            shape = layer.get_weights()[0].shape
            arrays[f"{layer.name}/convolution/merged_input"] = rng.normal(0, np.prod(shape[:3]) ** -0.5, shape)
        elif isinstance(layer, keras.layers.BatchNormalization):
            arrays[f"{layer.name}/batchnorm_1/sub"] = rng.normal(0, 0.5, layer.gamma.shape)
            if "dw" in layer.name:
                arrays[f"{layer.name}/batchnorm_1/mul"] = rng.uniform(0.5, 1.5, layer.gamma.shape)
    take_over(network, read_weights(write_model(tmp_path, arrays)))
    faces = rng.integers(0, 256, (4, 48, 48, 1), dtype=np.uint8)
    pooled = next(layer for layer in network.layers if isinstance(layer, keras.layers.GlobalAveragePooling2D))
    features = keras.Model(network.input, pooled.output)
    before = keras.ops.convert_to_numpy(features(faces, training=False))
    normalise(network, faces)
    after = keras.ops.convert_to_numpy(features(faces, training=False))
    assert before.std() > 0.1
    np.testing.assert_allclose(after, before, atol=1e-3 * before.max())
    # What fitting begins with, on these very faces: the same function again.
    fitting = keras.ops.convert_to_numpy(features(faces, training=True))
    assert np.corrcoef(fitting.ravel(), before.ravel())[0, 1] > 0.99


@pytest.mark.slow
def test_the_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    network = make_network(TrainConfig(network="mobilenet"))
    with pytest.raises(ValueError, match="not the weights of HSE-FaceRes: conv1/convolution/merged_input is missing"):
        take_over(network, read_weights(write_model(tmp_path, {"a": np.zeros(3)})))


def test_no_model_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "faceres.json"), "--data", "none.csv"]) == 2
    assert "training.face_weights: " in capsys.readouterr().err

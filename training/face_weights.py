"""A teacher that knows faces already: `python -m training.face_weights faceres.json --data fer2013.csv`.

FER-2013 has few faces to learn from. HSE-FaceRes (Savchenko, 2019), a MobileNet fitted to tell age and gender of the
faces of VGGFace2, comes as `models/faceres.json` inside the npm package `@vladmandic/human` (MIT). This program makes
of it a network to begin from: `training.train --network mobilenet --begin-from FILE.keras`. It is for teachers: what is
shipped learns from their answers, and takes over no weight.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from emotion.files import replacing
from training.config import TrainConfig
from training.dataset import read_dataset
from training.labelled_faces import Split
from training.networks import make_network

DATA_TYPES = {"float16": np.float16, "float32": np.float32, "int32": np.int32}
CALIBRATION_FACES = 512
FACES_AT_ONCE = 16
"""What comes in at all normalisations together is 10 MB a face."""
Weights = Mapping[str, npt.NDArray[np.float32]]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the network; 0 done, 2 and one line on stderr for wrong input."""
    parser = argparse.ArgumentParser(prog="python -m training.face_weights", description=__doc__)
    parser.add_argument(
        "weights", type=Path, metavar="faceres.json", help="the TensorFlow.js model; its .bin beside it"
    )
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, or another data set")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/faces.keras"), help="file for the network (default: %(default)s)"
    )
    arguments = parser.parse_args(argv)
    try:
        weights = read_weights(arguments.weights)
        training = read_dataset(arguments.data)[Split.TRAINING]
        network = make_network(TrainConfig(network="mobilenet"))
        take_over(network, weights)
        normalise(network, training.faces[:CALIBRATION_FACES])
        with replacing(arguments.out) as aside:
            network.save(aside)
    except (ValueError, OSError) as error:
        print(f"training.face_weights: {error}", file=sys.stderr)
        return 2
    print(f"{arguments.out}: begin from it with --network mobilenet --begin-from {arguments.out}")
    return 0


def read_weights(path: Path) -> Weights:
    """The arrays of a TensorFlow.js graph model by name, float32; those stored in 16 bits are widened.

    Raises:
        FileNotFoundError: no model, or not the file with its numbers.
        ValueError: no such model, or one with more or fewer numbers than it says.
    """
    try:
        groups = json.loads(path.read_text(encoding="utf-8"))["weightsManifest"]
        described = [weight for group in groups for weight in group["weights"]]
        content = b"".join((path.parent / name).read_bytes() for group in groups for name in group["paths"])
        arrays, offset = {}, 0
        for weight in described:
            stored = np.dtype(DATA_TYPES[weight.get("quantization", weight)["dtype"]])
            count = int(np.prod(weight["shape"]))
            values = np.frombuffer(content, stored, count, offset)
            arrays[weight["name"]] = values.reshape(weight["shape"]).astype(np.float32)
            offset += count * stored.itemsize
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no TensorFlow.js model with whole weights: {error}") from error
    if offset != len(content):
        raise ValueError(f"{path} describes {offset} bytes of weights, its files have {len(content)}")
    return arrays


def take_over(network: keras.Model, weights: Weights) -> None:
    """Give the layers of `mobilenet` the weights of HSE-FaceRes, whose normalisation is folded into scale and offset.

    Raises:
        ValueError: a weight that is missing or of another shape.
    """
    try:
        for layer in network.layers:
            if isinstance(layer, keras.layers.DepthwiseConv2D):
                layer.set_weights([weights[f"{layer.name}/depthwise_kernel"]])
            elif isinstance(layer, keras.layers.Conv2D):
                layer.set_weights([weights[f"{layer.name}/convolution/merged_input"]])
            elif isinstance(layer, keras.layers.BatchNormalization):
                offset = weights[f"{layer.name}/batchnorm_1/sub"]
                scale = weights.get(f"{layer.name}/batchnorm_1/mul", np.ones_like(offset))
                still = np.full_like(offset, 1 - layer.epsilon)
                layer.set_weights([scale, offset, np.zeros_like(offset), still])
    except KeyError as error:
        raise ValueError(f"these are not the weights of HSE-FaceRes: {error.args[0]} is missing") from None


def normalise(network: keras.Model, faces: npt.NDArray[np.uint8]) -> None:
    """Give each batch normalisation the statistics of `faces`, without changing what `network` answers.

    Folded into convolutions, it normalises nothing; fitting would start from another function than serving had.
    """
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    inside = keras.Model(network.input, [norm.input for norm in norms])
    sums = [np.zeros((2, norm.gamma.shape[0])) for norm in norms]
    counts = np.zeros(len(norms))
    for start in range(0, len(faces), FACES_AT_ONCE):
        for index, values in enumerate(inside(faces[start : start + FACES_AT_ONCE], training=False)):
            rows = keras.ops.convert_to_numpy(values).reshape(-1, values.shape[-1]).astype(np.float64)
            sums[index] += rows.sum(axis=0), (rows**2).sum(axis=0)
            counts[index] += len(rows)
    for norm, (total, squares), count in zip(norms, sums, counts, strict=True):
        mean = total / count
        variance = squares / count - mean**2
        scale, offset, _, _ = norm.get_weights()
        norm.set_weights([scale * np.sqrt(variance + norm.epsilon), offset + scale * mean, mean, variance])


if __name__ == "__main__":
    sys.exit(main())

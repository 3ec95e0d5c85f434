"""Residual networks as published: 18 and 34 layers from scratch, 50 layers with ImageNet's weights to begin with."""

import keras
from keras import layers

from training.choices import WEIGHTS, require_known
from training.networks.layers import answer, convolve, faces_input, standardise

IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)
"""What `keras.applications.resnet` subtracts from each channel, 0-255; that is all its preprocessing does to grey."""


def resnet18(dropout: float = 0.4) -> keras.Model:
    """ResNet18 (He et al., 2015) with a 3 x 3 stem at full resolution instead of 7 x 7, pooling and 224 pixels.

    The form in which it is used on small pictures, and the strongest single networks from scratch on FER-2013.
    """
    return plain_resnet((2, 2, 2, 2), dropout, "resnet18")


def resnet34(dropout: float = 0.4) -> keras.Model:
    """ResNet34 (He et al., 2015) with the same 3 x 3 stem as our ResNet18."""
    return plain_resnet((3, 4, 6, 3), dropout, "resnet34")


def plain_resnet(blocks: tuple[int, ...], dropout: float, name: str) -> keras.Model:
    """Basic blocks of 64, 128, 256 and 512 channels at 48, 24, 12 and 6 pixels."""
    faces = faces_input()
    x = convolve(standardise(faces), 64)
    for stage, count in enumerate(blocks):
        for index in range(count):
            x = basic_block(x, 64 * 2**stage, stride=2 if stage and index == 0 else 1)
    return answer(faces, layers.GlobalAveragePooling2D()(x), dropout, name)


def basic_block(x: keras.KerasTensor, width: int, stride: int) -> keras.KerasTensor:
    """Two 3 x 3 convolutions added to their input, which a 1 x 1 convolution fits where its shape differs."""
    shortcut = x
    if stride > 1 or x.shape[-1] != width:
        shortcut = convolve(x, width, stride, activate=False, size=1)
    x = convolve(convolve(x, width, stride), width, activate=False)
    return layers.ReLU()(layers.Add()([x, shortcut]))


def resnet50(dropout: float = 0.4, weights: str = "none") -> keras.Model:
    """`keras.applications.ResNet50` (He et al., 2015) on faces enlarged to 96 x 96, where its last maps are 3 x 3.

    `weights` is "imagenet", which Keras downloads (94 MB) and keeps in ~/.keras, or "none". Grey becomes three equal
    channels, and ImageNet's preprocessing is inside.

    Raises:
        OSError: ImageNet's weights are neither here nor to be had.
    """
    require_known("weights", weights, WEIGHTS)
    faces = faces_input()
    x = layers.UpSampling2D(2, interpolation="bilinear", dtype="float32")(scale_to_bytes(faces))
    x = layers.Concatenate(dtype="float32")([x, x, x])
    x = layers.Rescaling(1.0, offset=[-mean for mean in IMAGENET_MEAN_BGR], dtype="float32", name="imagenet_mean")(x)
    try:
        # On our own input the layers become this network's, not those of a network inside it: export needs them flat.
        body = keras.applications.ResNet50(
            include_top=False, weights=None if weights == "none" else weights, input_tensor=x, pooling="avg"
        )
    except Exception as error:  # bare is what keras.utils.get_file raises when a download fails
        if weights == "none":
            raise
        raise OSError(
            f"ImageNet's weights for resnet50 could not be downloaded ({error}): connect to the network once, "
            "or go on from scratch with --weights none"
        ) from error
    return answer(faces, body.output, dropout, "resnet50")


def scale_to_bytes(faces: keras.KerasTensor) -> keras.KerasTensor:
    """Grey values as float32, still 0-255."""
    return layers.Rescaling(1.0, dtype="float32", name="scale")(faces)

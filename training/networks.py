"""The networks, in Keras code that names no backend."""

import keras
import numpy as np
from keras import layers

from emotion.faces import FACE_SIZE
from emotion.labels import EMOTIONS

LOGITS = "logits"
"""Name of the layer whose output calibration divides by the temperature."""


def emotion_net(
    stem: int = 24, widths: tuple[int, ...] = (40, 80, 160), blocks: tuple[int, ...] = (1, 1, 2), dropout: float = 0.4
) -> keras.Model:
    """A small squeeze-and-excitation ResNet for 48 x 48 faces: uint8 (n, 48, 48, 1) -> probabilities (n, 7).

    Scaling is inside: grey values become zero-mean, unit-variance per face, so that a dark room and a bright one
    look alike and serving cannot preprocess differently. Residual blocks after He et al. (2015), channel attention
    after Hu et al. (2017). `stem` is the width at full resolution, `widths` and `blocks` those of each halving.
    """
    inputs = keras.Input((FACE_SIZE, FACE_SIZE, 1), dtype="uint8", name="faces")
    x = layers.Rescaling(1 / 255, dtype="float32", name="scale")(inputs)
    x = layers.LayerNormalization(
        axis=(1, 2, 3), center=False, scale=False, epsilon=1e-3, dtype="float32", name="standardise"
    )(x)
    x = convolve(x, stem)
    for width, count in zip(widths, blocks, strict=True):
        for index in range(count):
            x = residual_block(x, width, stride=2 if index == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(dropout)(x)
    # Softmax in float32: with bfloat16 the probabilities would have three digits.
    logits = layers.Dense(len(EMOTIONS), dtype="float32", name=LOGITS)(x)
    return keras.Model(inputs, layers.Softmax(dtype="float32", name="probabilities")(logits), name="emotion_net")


def convolve(x: keras.KerasTensor, width: int, stride: int = 1, activate: bool = True) -> keras.KerasTensor:
    """3 x 3 convolution, batch normalisation and (unless told otherwise) ReLU."""
    x = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x) if activate else x


def residual_block(x: keras.KerasTensor, width: int, stride: int) -> keras.KerasTensor:
    """Two convolutions with channel attention, added to a shortcut."""
    shortcut = x
    if stride > 1:
        shortcut = layers.AveragePooling2D(stride)(shortcut)
    if x.shape[-1] != width:
        shortcut = layers.Conv2D(width, 1, use_bias=False)(shortcut)
        shortcut = layers.BatchNormalization()(shortcut)
    x = convolve(x, width, stride)
    x = convolve(x, width, activate=False)
    x = squeeze_and_excite(x)
    return layers.ReLU()(layers.Add()([x, shortcut]))


def squeeze_and_excite(x: keras.KerasTensor, reduction: int = 8) -> keras.KerasTensor:
    """Scale each channel by a weight that the whole picture decides."""
    width = x.shape[-1]
    weights = layers.GlobalAveragePooling2D(keepdims=True)(x)
    weights = layers.Conv2D(max(width // reduction, 4), 1, activation="relu")(weights)
    weights = layers.Conv2D(width, 1, activation="sigmoid")(weights)
    return layers.Multiply()([x, weights])


def multiply_adds(model: keras.Model) -> int:
    """Multiply-adds of the convolutions and dense layers for one face."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            total += int(np.prod(layer.output.shape[1:3])) * int(np.prod(layer.kernel.shape))
        elif isinstance(layer, layers.Dense):
            total += int(np.prod(layer.kernel.shape))
    return total

"""Ours: a small residual network with channel attention, and a wide one of the same kind to teach it."""

import keras
from keras import layers

from training.networks.layers import answer, convolve, faces_input, standardise


def emotion_net(
    stem: int = 16,
    widths: tuple[int, ...] = (28, 56, 128),
    blocks: tuple[int, ...] = (1, 2, 2),
    dropout: float = 0.3,
    name: str = "emotion_net",
) -> keras.Model:
    """A small squeeze-and-excitation ResNet for 48 x 48 faces: uint8 (n, 48, 48, 1) -> probabilities (n, 7).

    Residual blocks after He et al. (2015), channel attention after Hu et al. (2017). `stem` is the width at full
    resolution, `widths` and `blocks` those of each halving.
    """
    faces = faces_input()
    x = convolve(standardise(faces), stem)
    for width, count in zip(widths, blocks, strict=True):
        for index in range(count):
            x = residual_block(x, width, stride=2 if index == 0 else 1)
    return answer(faces, layers.GlobalAveragePooling2D()(x), dropout, name)


def strong(dropout: float = 0.4) -> keras.Model:
    """A teacher for distillation: `emotion_net`'s blocks, more than four times as wide; too slow to serve.

    Wide rather than deep, as at 48 x 48 only four halvings are to be had (Zagoruyko and Komodakis, 2016).
    """
    return emotion_net(64, (128, 256, 512), (2, 2, 2), dropout, name="strong")


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

"""Ours, second kind: inverted residuals, which get more depth and width out of the same number of multiply-adds."""

import keras
from keras import layers

from training.networks.emotion_net import squeeze_and_excite
from training.networks.layers import answer, convolve, faces_input, standardise


def inverted_net(
    stem: int = 16,
    widths: tuple[int, ...] = (24, 48, 128),
    blocks: tuple[int, ...] = (2, 3, 5),
    expansion: int = 4,
    dropout: float = 0.2,
) -> keras.Model:
    """A small MobileNetV2 with channel attention for 48 x 48 faces: uint8 (n, 48, 48, 1) -> probabilities (n, 7).

    Sandler et al. (2018). `stem` is the width at full resolution, `widths` and `blocks` those of each halving; inside
    a block there are `expansion` times as many channels. The first block is a plain convolution: at 24 x 24 with few
    channels it is quicker than what it would be expanded to.
    """
    faces = faces_input()
    x = convolve(standardise(faces), stem)
    for stage, (width, count) in enumerate(zip(widths, blocks, strict=True)):
        for index in range(count):
            stride = 2 if index == 0 else 1
            x = convolve(x, width, stride) if stage == index == 0 else inverted_block(x, width, expansion, stride)
    return answer(faces, layers.GlobalAveragePooling2D()(x), dropout, "inverted_net")


def inverted_block(x: keras.KerasTensor, width: int, expansion: int, stride: int) -> keras.KerasTensor:
    """Widen, convolve each channel on its own, weigh the channels, narrow; added to what came in where that fits."""
    expanded = x.shape[-1] * expansion
    y = convolve(x, expanded, size=1)
    y = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False, depthwise_initializer="he_normal")(y)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = squeeze_and_excite(y, reduction=16)
    y = convolve(y, width, size=1, activate=False)
    return layers.Add()([x, y]) if stride == 1 and x.shape[-1] == width else y

"""How much work a network is."""

import keras
import numpy as np
from keras import layers


def multiply_adds(model: keras.Model) -> int:
    """Multiply-adds of the convolutions and dense layers for one face; the layers of `model` stand side by side."""
    return sum(layer_multiply_adds(layer) for layer in model.layers)


def layer_multiply_adds(layer: keras.Layer) -> int:
    """Each kernel weight works once for every pixel of the layer's output, a dense layer's once."""
    if isinstance(layer, layers.SeparableConv2D):
        # The stride is the depthwise half's, so both halves work at the output's resolution.
        return pixels(layer) * (size(layer.depthwise_kernel) + size(layer.pointwise_kernel))
    if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D):
        return pixels(layer) * size(layer.kernel)
    if isinstance(layer, layers.Dense):
        return size(layer.kernel)
    return 0


def pixels(layer: keras.Layer) -> int:
    """Height times width of what the layer answers."""
    return int(np.prod(layer.output.shape[1:3]))


def size(kernel: keras.Variable) -> int:
    """Number of weights."""
    return int(np.prod(kernel.shape))

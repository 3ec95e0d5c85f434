"""What all networks begin and end with, and the pieces that several share."""

import keras
from keras import layers

from emotion.faces import FACE_SIZE
from emotion.labels import EMOTIONS

LOGITS = "logits"
"""Name of the layer whose output calibration divides by the temperature, and that transfer learning fits first."""


def faces_input() -> keras.KerasTensor:
    """Grey faces as cameras and data sets have them, uint8 (n, 48, 48, 1)."""
    return keras.Input((FACE_SIZE, FACE_SIZE, 1), dtype="uint8", name="faces")


def scale(faces: keras.KerasTensor, low: float = 0.0, high: float = 1.0) -> keras.KerasTensor:
    """Grey values 0-255 as float32 from `low` to `high`, inside the network: serving cannot do otherwise."""
    return layers.Rescaling((high - low) / 255, offset=low, dtype="float32", name="scale")(faces)


def standardise(faces: keras.KerasTensor) -> keras.KerasTensor:
    """Each face with mean 0 and variance 1, so that a dark room and a bright one look alike."""
    return layers.LayerNormalization(
        axis=(1, 2, 3), center=False, scale=False, epsilon=1e-3, dtype="float32", name="standardise"
    )(scale(faces))


def answer(faces: keras.KerasTensor, features: keras.KerasTensor, dropout: float, name: str) -> keras.Model:
    """The network from `faces` to the seven probabilities that a dense layer reads from `features` (n, channels)."""
    x = layers.Dropout(dropout)(features)
    # Softmax in float32: with bfloat16 the probabilities would have three digits.
    logits = layers.Dense(len(EMOTIONS), dtype="float32", name=LOGITS)(x)
    return keras.Model(faces, layers.Softmax(dtype="float32", name="probabilities")(logits), name=name)


def convolve(
    x: keras.KerasTensor, width: int, stride: int = 1, activate: bool = True, size: int = 3
) -> keras.KerasTensor:
    """Convolution, batch normalisation and (unless told otherwise) ReLU."""
    x = layers.Conv2D(width, size, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x) if activate else x

"""A network that has learnt faces before: MobileNet, for the weights that `training.face_weights` reads."""

import keras
from keras import layers

from training.networks.layers import answer, faces_input
from training.networks.resnets import IMAGENET_MEAN_BGR, scale_to_bytes

SIDE = 128


def mobilenet(dropout: float = 0.3) -> keras.Model:
    """`keras.applications.MobileNet` (Howard et al., 2017) on faces enlarged to 128 x 128; its last maps are 4 x 4.

    Grey becomes three equal channels less the means that the faces it learnt from were given. Too large to serve.
    """
    faces = faces_input()
    x = layers.Resizing(SIDE, SIDE, interpolation="bicubic", dtype="float32", name="enlarge")(scale_to_bytes(faces))
    x = layers.Concatenate(dtype="float32")([x, x, x])
    x = layers.Rescaling(1.0, offset=[-mean for mean in IMAGENET_MEAN_BGR], dtype="float32", name="imagenet_mean")(x)
    body = keras.applications.MobileNet(include_top=False, weights=None, input_tensor=x, pooling="avg")
    return answer(faces, body.output, dropout, "mobilenet")

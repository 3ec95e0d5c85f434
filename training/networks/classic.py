"""What student systems fit on FER-2013: a LeNet, the internship report's eight convolutions, mini-Xception."""

import keras
from keras import layers

from emotion.labels import EMOTIONS
from training.networks.layers import answer, convolve, faces_input, scale


def lenet(dropout: float = 0.0) -> keras.Model:
    """The baseline of every first notebook: two 5 x 5 convolutions, pooling, two dense layers.

    LeNet-5 (LeCun et al., 1998) with ReLU and max-pooling in place of sigmoid and subsampling; 32 and 64 channels as
    in the tutorials, where LeNet-5 has 6 and 16.
    """
    faces = faces_input()
    x = scale(faces)
    for width in (32, 64):
        x = layers.Conv2D(width, 5, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    return answer(faces, x, dropout, "lenet")


def internship_cnn(dropout: float = 0.5) -> keras.Model:
    """The internship report's network: eight 3 x 3 convolutions in four blocks, then two dense layers.

    VGG's plan (Simonyan and Zisserman, 2014) in the layout that most FER-2013 notebooks share, which we take where
    the report gives no number: 64, 128, 256, 512 channels, each convolution with ReLU and batch normalisation, each
    block with 2 x 2 max-pooling and dropout 0.25, a dense layer of 512. `dropout` is the one before the answer.
    """
    faces = faces_input()
    x = scale(faces)
    for width in (64, 128, 256, 512):
        for _ in range(2):
            x = layers.Conv2D(width, 3, padding="same", activation="relu", kernel_initializer="he_normal")(x)
            x = layers.BatchNormalization()(x)
        x = layers.Dropout(0.25)(layers.MaxPooling2D()(x))
    x = layers.Dense(512, activation="relu")(layers.Flatten()(x))
    return answer(faces, layers.BatchNormalization()(x), dropout, "internship_cnn")


def mini_xception(dropout: float = 0.0) -> keras.Model:
    """The small network of the package `fer` and of many demos: separable convolutions with residual shortcuts.

    Arriaga, Valdenegro-Toro and Plöger (2017), whose 58,423 parameters these are and 56 more: the published network
    averages seven maps into the answer; here a dense layer reads that average, as calibration and transfer need a
    layer of logits. The published weights see 64 x 64 pixels, this one 48 x 48. Grey values go from -1 to 1.
    """
    faces = faces_input()
    x = scale(faces, -1.0, 1.0)
    for _ in range(2):
        x = layers.Conv2D(8, 3, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    for width in (16, 32, 64, 128):
        shortcut = convolve(x, width, stride=2, activate=False, size=1)
        x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(layers.BatchNormalization()(x))
        x = layers.Add()([x, shortcut])
    x = layers.Conv2D(len(EMOTIONS), 3, padding="same")(x)
    return answer(faces, layers.GlobalAveragePooling2D()(x), dropout, "mini_xception")

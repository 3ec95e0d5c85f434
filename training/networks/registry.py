"""Networks by name."""

from collections.abc import Callable, Mapping

import keras

from training.choices import require_known
from training.config import TrainConfig
from training.networks.classic import internship_cnn, lenet, mini_xception
from training.networks.emotion_net import emotion_net, strong
from training.networks.resnets import resnet18, resnet34, resnet50

NETWORKS: Mapping[str, Callable[[TrainConfig], keras.Model]] = {
    "emotion_net": lambda c: emotion_net(c.stem, c.widths, c.blocks, c.dropout),
    "internship_cnn": lambda c: internship_cnn(c.dropout),
    "lenet": lambda c: lenet(c.dropout),
    "mini_xception": lambda c: mini_xception(c.dropout),
    "resnet18": lambda c: resnet18(c.dropout),
    "resnet34": lambda c: resnet34(c.dropout),
    "resnet50": lambda c: resnet50(c.dropout, c.weights),
    "strong": lambda c: strong(c.dropout),
}
"""Each takes what it has a use for from a run's settings; the names are those of `training.choices`."""


def make_network(config: TrainConfig) -> keras.Model:
    """The network that `config` describes, with weights drawn from its seed; uint8 (n, 48, 48, 1) -> float32 (n, 7).

    Raises:
        ValueError: an unknown name.
        OSError: ImageNet's weights were asked for and cannot be had.
    """
    keras.utils.set_random_seed(config.seed)
    return NETWORKS[require_known("network", config.network, NETWORKS)](config)

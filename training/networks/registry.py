"""Networks by name."""

from collections.abc import Callable, Mapping
from pathlib import Path

import keras

from training.choices import require_known
from training.config import TrainConfig
from training.networks.classic import internship_cnn, lenet, mini_xception
from training.networks.emotion_net import emotion_net, strong
from training.networks.inverted import inverted_net
from training.networks.mobilenet import mobilenet
from training.networks.resnets import resnet18, resnet34, resnet50

NETWORKS: Mapping[str, Callable[[TrainConfig], keras.Model]] = {
    "emotion_net": lambda c: emotion_net(c.stem, c.widths, c.blocks, c.dropout),
    "internship_cnn": lambda c: internship_cnn(c.dropout),
    "inverted_net": lambda c: inverted_net(c.stem, c.widths, c.blocks, c.expansion, c.dropout),
    "lenet": lambda c: lenet(c.dropout),
    "mini_xception": lambda c: mini_xception(c.dropout),
    "mobilenet": lambda c: mobilenet(c.dropout),
    "resnet18": lambda c: resnet18(c.dropout),
    "resnet34": lambda c: resnet34(c.dropout),
    "resnet50": lambda c: resnet50(c.dropout, c.weights),
    "strong": lambda c: strong(c.dropout),
}
"""Each takes what it has a use for from a run's settings; the names are those of `training.choices`."""


def make_network(config: TrainConfig) -> keras.Model:
    """The network that `config` describes; uint8 (n, 48, 48, 1) -> float32 (n, 7).

    Its weights are drawn from its seed, or are those of the network that it is to begin from.

    Raises:
        ValueError: an unknown name, or a network to begin from that is none or another one.
        OSError: ImageNet's weights, or the network to begin from, cannot be had.
    """
    keras.utils.set_random_seed(config.seed)
    network = NETWORKS[require_known("network", config.network, NETWORKS)](config)
    if config.begin_from:
        take_weights(network, Path(config.begin_from))
    return network


def take_weights(network: keras.Model, path: Path) -> None:
    """Give `network` the weights of the one at `path`."""
    if not path.is_file():
        raise FileNotFoundError(f"no network to begin from at {path}")
    try:
        network.set_weights(keras.models.load_model(path, compile=False).get_weights())
    except (ValueError, OSError, TypeError) as error:
        raise ValueError(f"{path} is no network of this architecture to begin from: {error}") from error

"""The networks, in Keras code that names no backend; `python -m training.networks` lists them."""

from training.networks.counting import multiply_adds
from training.networks.emotion_net import emotion_net
from training.networks.layers import LOGITS
from training.networks.registry import NETWORKS, make_network

__all__ = ["LOGITS", "NETWORKS", "emotion_net", "make_network", "multiply_adds"]

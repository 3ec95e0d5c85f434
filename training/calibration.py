"""Make a probability mean what it says, and say "unsure" where it says little; both chosen on PublicTest."""

import keras
import numpy as np
import numpy.typing as npt
from keras import layers
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from emotion.faces import Scores
from training.networks import LOGITS

TEMPERATURES = (0.05, 20.0)
"""The range that is searched; a network outside it is broken rather than badly calibrated."""


def fit_temperature(logits: npt.NDArray[np.floating], labels: npt.NDArray[np.int64]) -> float:
    """The temperature that makes softmax(logits / T) likeliest for `labels` (Guo et al., 2017).

    `logits` (n, 7), or log-probabilities, which differ from them by a constant a row; `labels` (n,). Above 1 the
    network was too sure of itself, below 1 too modest.

    Raises:
        ValueError: no faces, shapes that do not fit, or logits that are not finite.
    """
    if logits.ndim != 2 or len(logits) != len(labels) or len(labels) == 0:
        raise ValueError(f"expected logits (n, 7) and labels (n,), n >= 1, got {logits.shape} and {labels.shape}")
    if not np.isfinite(logits).all():
        raise ValueError("logits must be finite numbers")
    wide = logits.astype(np.float64)
    true = wide[np.arange(len(labels)), labels]

    def loss(log_temperature: float) -> float:
        temperature = np.exp(log_temperature)
        return float(np.mean(logsumexp(wide / temperature, axis=1) - true / temperature))

    # On a log scale, where halving and doubling are steps of the same size.
    found = minimize_scalar(loss, bounds=tuple(np.log(TEMPERATURES)), method="bounded", options={"xatol": 1e-5})
    return float(np.exp(found.x))


def choose_unsure_threshold(scores: Scores, labels: npt.NDArray[np.int64], wanted_accuracy: float = 0.85) -> float:
    """The smallest confidence from which on at least `wanted_accuracy` of the answers are right.

    `scores` (n, 7) are calibrated, `labels` (n,). 0.0 when all answers together are right often enough; 1.0 when no
    threshold keeps the promise, so that such a network claims nothing rather than claiming wrongly.

    Raises:
        ValueError: no faces, or shapes that do not fit.
    """
    if scores.ndim != 2 or len(scores) != len(labels) or len(labels) == 0:
        raise ValueError(f"expected scores (n, 7) and labels (n,), n >= 1, got {scores.shape} and {labels.shape}")
    confidence = scores.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    confidence = confidence[order]
    right = (scores.argmax(axis=1) == labels)[order]
    accuracy = np.cumsum(right) / np.arange(1, len(right) + 1)
    # A threshold takes all faces of one confidence or none of them.
    whole = np.append(confidence[:-1] > confidence[1:], True)
    kept = np.flatnonzero(whole & (accuracy >= wanted_accuracy))
    if len(kept) == 0:
        return 1.0
    return 0.0 if kept[-1] == len(labels) - 1 else float(confidence[kept[-1]])


def with_temperature(network: keras.Model, temperature: float) -> keras.Model:
    """`network` with its logits divided by `temperature` before the softmax; the layers and weights are shared.

    Raises:
        ValueError: a temperature that is not positive, or a network without the layer `LOGITS`.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, got {temperature}")
    logits = network.get_layer(LOGITS).output
    cooled = layers.Rescaling(1 / temperature, dtype="float32", name="temperature")(logits)
    return keras.Model(network.input, layers.Softmax(dtype="float32", name="probabilities")(cooled), name=network.name)


def without_temperature(scores: Scores, temperature: float) -> Scores:
    """The probabilities (n, 7) that a network had before `temperature` was built in."""
    logits = temperature * np.log(np.maximum(scores.astype(np.float64), 1e-30))
    return np.exp(logits - logsumexp(logits, axis=1, keepdims=True)).astype(np.float32)

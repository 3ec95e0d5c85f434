"""An epoch as one compiled program: for every batch its variation, the loss, the step, the averaged weights."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from training.networks import LOGITS
from training.on_device.variation import Array, Key

AT_ONCE = 512
State = Any
"""A `Fit`: JAX passes it in and out of compiled programs as its parts."""
Show = Callable[[Any, Key, Array, Array], tuple[Array, Array]]
"""From arrays on the device, a key, a batch's face numbers (b,) and the epoch to faces (b, 48, 48), targets (b, 7)."""


class Fit(NamedTuple):
    """Everything that a step changes."""

    weights: list[Array]
    statistics: list[Array]
    optimizer: list[Array]
    average: list[Array]


@dataclass(frozen=True, slots=True)
class Trainee:
    """A Keras network from uint8 faces (n, 48, 48, 1) to logits, and its optimizer, as functions of their variables."""

    logits: keras.Model
    optimizer: keras.optimizers.Optimizer
    ema: float
    label_smoothing: float

    @classmethod
    def of(cls, network: keras.Model, optimizer: keras.optimizers.Optimizer, ema: float, smoothing: float) -> "Trainee":
        logits = keras.Model(network.input, network.get_layer(LOGITS).output)
        optimizer.build(logits.trainable_variables)
        return cls(logits, optimizer, ema, smoothing)

    def begin(self) -> State:
        """The variables as they are now, copied: a step gives the memory of what it is given to its result."""
        weights, statistics, optimizer = (
            [jnp.array(variable.value) for variable in variables]
            for variables in (
                self.logits.trainable_variables,
                self.logits.non_trainable_variables,
                self.optimizer.variables,
            )
        )
        return Fit(weights, statistics, optimizer, [jnp.array(weight) for weight in weights])

    def put_back(self, fit: State) -> None:
        """Give the network the averaged weights of `fit`."""
        for variables, values in (
            (self.logits.trainable_variables, fit.average),
            (self.logits.non_trainable_variables, fit.statistics),
        ):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)

    def step(self, fit: State, faces: Array, targets: Array) -> tuple[State, Array]:
        """One step; beside it the loss and the share of faces whose likeliest emotion was answered, (2,)."""
        targets = targets * (1 - self.label_smoothing) + self.label_smoothing / targets.shape[-1]
        pictures = jnp.clip(jnp.round(faces), 0, 255).astype("uint8")[..., None]

        def loss_of(weights: list[Array]) -> tuple[Array, tuple[list[Array], Array]]:
            logits, statistics = self.logits.stateless_call(weights, fit.statistics, pictures, training=True)
            loss = -(targets * jax.nn.log_softmax(logits.astype("float32"))).sum(-1).mean()
            return loss, (statistics, (logits.argmax(-1) == targets.argmax(-1)).mean())

        (loss, (statistics, right)), gradients = jax.value_and_grad(loss_of, has_aux=True)(fit.weights)
        weights, optimizer = self.optimizer.stateless_apply(fit.optimizer, gradients, fit.weights)
        taken = optimizer[0].astype("float32")  # Keras counts its steps first
        decay = jnp.minimum(self.ema, (1 + taken) / (10 + taken))
        average = [a * decay + w * (1 - decay) for a, w in zip(fit.average, weights, strict=True)]
        return Fit(weights, statistics, optimizer, average), jnp.stack([loss, right])

    def epoch(self, show: Show) -> Callable[[State, Any, Key, Array, Array, Array], tuple[State, Array]]:
        """The compiled epoch: from a fit, `show`'s arrays, a key, the batches' face numbers (steps, b), their rates
        (steps,) and the epoch's number to the fit after it, and the mean loss and share of right answers (2,)."""

        def whole(fit: State, shown: Any, key: Key, order: Array, rates: Array, number: Array) -> tuple[State, Array]:
            def one(carry: tuple[State, Key], batch: tuple[Array, Array]) -> tuple[tuple[State, Key], Array]:
                fit, key = carry
                chosen, rate = batch
                key, draw = jax.random.split(key)
                faces, targets = show(shown, draw, chosen, number)
                fit, seen = self.step(at_rate(fit, rate), faces, targets)
                return (fit, key), seen

            (fit, _), seen = jax.lax.scan(one, (fit, key), (order, rates))
            return fit, seen.mean(0)

        return jax.jit(whole, donate_argnums=0)

    def answers(self) -> Callable[[list[Array], list[Array], Array], Array]:
        """The compiled probabilities (n, 7) of a network with given variables for uint8 faces (n, 48, 48, 1)."""

        def some(weights: list[Array], statistics: list[Array], faces: Array) -> Array:
            logits, _ = self.logits.stateless_call(weights, statistics, faces, training=False)
            return jax.nn.softmax(logits.astype("float32"))

        return jax.jit(some)


def at_rate(fit: State, rate: Array) -> State:
    """`fit` with another learning rate, the second of an optimizer's variables."""
    return fit._replace(optimizer=[fit.optimizer[0], rate, *fit.optimizer[2:]])


def score(
    answer: Callable[..., Array], fit: State, faces: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]
) -> tuple[float, float]:
    """Loss and accuracy of the averaged weights on `faces` (n, 48, 48, 1)."""
    parts = [answer(fit.average, fit.statistics, faces[at : at + AT_ONCE]) for at in range(0, len(faces), AT_ONCE)]
    found = np.concatenate([np.asarray(part) for part in parts])
    likelihood = np.maximum(found[np.arange(len(labels)), labels], 1e-12)
    return float(-np.log(likelihood).mean()), float((found.argmax(1) == labels).mean())


@contextmanager
def depthwise_as_products() -> Iterator[None]:
    """Inside, depthwise 3 x 3 convolutions are nine shifted products, which XLA makes one loop of.

    Its own way on a GPU is a convolution in as many groups as channels, whose gradient is very slow.
    """
    original = layers.DepthwiseConv2D.call
    layers.DepthwiseConv2D.call = products
    try:
        yield
    finally:
        layers.DepthwiseConv2D.call = original


def products(layer: layers.DepthwiseConv2D, x: Array) -> Array:
    """What `layer` ("same" padding, multiplier 1) answers to `x` (b, height, width, channels)."""
    kernel = jnp.asarray(layer.kernel.value if hasattr(layer.kernel, "value") else layer.kernel, x.dtype)[..., 0]
    size, stride = kernel.shape[0], layer.strides[0]
    if layer.padding == "same":
        pads = []
        for side in x.shape[1:3]:
            missing = max((-(-side // stride) - 1) * stride + size - side, 0)
            pads.append((missing // 2, missing - missing // 2))
        x = jnp.pad(x, ((0, 0), *pads, (0, 0)))
    height, width = ((side - size) // stride + 1 for side in x.shape[1:3])
    total = sum(
        x[:, i : i + (height - 1) * stride + 1 : stride, j : j + (width - 1) * stride + 1 : stride].astype("float32")
        * kernel[i, j].astype("float32")
        for i in range(size)
        for j in range(size)
    )
    total = total.astype(x.dtype)
    return total + jnp.asarray(layer.bias, x.dtype) if layer.bias is not None else total

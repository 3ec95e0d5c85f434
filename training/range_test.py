"""The range test of Smith (2017): the rate rises from step to step, the loss first falls, then breaks out."""

import dataclasses
import itertools
import math
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed, or there

import numpy as np
from matplotlib import pyplot as plt
from tqdm import tqdm

from emotion.files import replacing
from training.batches import AugmentedBatches
from training.config import TrainConfig
from training.fit import make_optimizer, make_trainee
from training.networks import make_network

SMOOTHING = 0.9
"""Share of the mean so far in the curve's next point: one batch's loss says little."""
BROKEN_OUT = 1.5
"""The test ends where the smoothed loss is so many times its lowest."""
SETTLED = 0.1
"""Share of the curve after which its smoothed course means something."""


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """`rates` rising, the `losses` of each step, and their `smoothed` course; equally long."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]

    def proposal(self) -> float:
        """The rate where the smoothed loss fell most steeply per factor of the rate, before it was lowest.

        Raises:
            ValueError: the loss never fell.
        """
        first = round(SETTLED * len(self.smoothed))
        lowest = first + int(np.argmin(self.smoothed[first:]))
        if lowest < first + 2:
            raise ValueError(f"the loss never fell from rate {self.rates[0]:g} on: begin with a lower one")
        slopes = np.gradient(self.smoothed[first : lowest + 1], np.log(self.rates[first : lowest + 1]))
        return self.rates[first + int(np.argmin(slopes))]


def range_test(config: TrainConfig, batches: AugmentedBatches, lowest: float, highest: float, steps: int) -> Curve:
    """The loss at `steps` rates from `lowest` to `highest`, each a factor above the one before.

    Network and optimizer are those of `config`, and nothing of them is kept; the curve ends before it breaks out.
    """
    # "plateau" is the schedule that leaves the rate to whoever sets it.
    config = dataclasses.replace(config, schedule="plateau", ema=0.0, learning_rate=lowest)
    trainee = make_trainee(config, make_network(config), make_optimizer(config, len(batches)))
    rates = np.geomspace(lowest, highest, steps)
    losses: list[float] = []
    smoothed: list[float] = []
    mean = 0.0
    numbers = itertools.cycle(range(len(batches)))
    for step, (rate, number) in enumerate(zip(tqdm(rates, unit="step"), numbers, strict=False), 1):
        trainee.optimizer.learning_rate = float(rate)
        trainee.reset_metrics()  # else the loss would be the mean since the first step
        loss = float(trainee.train_on_batch(*batches[number], return_dict=True)["loss"])
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        course = mean / (1 - SMOOTHING**step)
        if not math.isfinite(loss) or course > BROKEN_OUT * min([course, *smoothed]):
            break
        losses.append(loss)
        smoothed.append(course)
    if len(losses) < 3:
        raise ValueError(
            f"the loss broke out within {len(losses) + 1} steps from rate {lowest:g}: begin with a lower one"
        )
    return Curve(tuple(map(float, rates[: len(losses)])), tuple(losses), tuple(smoothed))


def draw(curve: Curve, rate: float, path: Path) -> None:
    """Write the curve as PNG, with `rate` marked."""
    figure, axes = plt.subplots(figsize=(8, 4.5))
    axes.plot(curve.rates, curve.losses, color="#929292", linewidth=0.8, label="loss of a batch")
    axes.plot(curve.rates, curve.smoothed, color="#4B45ED", linewidth=2, label="smoothed")
    axes.axvline(rate, color="#C01303", linestyle="--", label=f"steepest at {rate:.2g}")
    axes.set_xscale("log")
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    with replacing(path) as aside:
        figure.savefig(aside, dpi=110, bbox_inches="tight")
    plt.close(figure)

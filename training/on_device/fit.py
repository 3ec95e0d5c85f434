"""A whole run on the device: `training.train`'s settings, its files, and the same choice of the epoch by PublicTest."""

import dataclasses
import time
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import numpy.typing as npt

from emotion.files import replacing
from training.config import TrainConfig
from training.fit import make_optimizer
from training.labelled_faces import LabelledFaces
from training.on_device.answered import Answered
from training.on_device.steps import Show, Trainee, depthwise_as_products, score
from training.on_device.variation import Array, Key, Variation, mix
from training.run_folder import RunFolder, best_epoch
from training.targets import prepare

LACKING = ("class_weights", "early_stopping", "freeze_epochs", "views", "distil_temperature", "sides")
MIXING = ("mixup", "cutmix")
WRITE_EVERY_S = 20.0


def fit(
    config: TrainConfig,
    run: RunFolder,
    training: LabelledFaces,
    public_test: LabelledFaces,
    answered: Answered | None = None,
    minutes: float = 0.0,
) -> None:
    """Fit `run.network`; with `answered` copies on these, `config.distil_share` of each target being the answer.

    With `minutes` the course has as many epochs as fit into them, going by how long the second one took.

    Raises:
        ValueError: a setting that only `training.train` knows.
        FloatingPointError: the loss stopped being a number.
    """
    require_known_here(config)
    with depthwise_as_products():
        trainee = make_trainee(config, run.network)
        shown, show = shown_faces(config, training) if answered is None else shown_copies(config, answered)
        course = Course(config, trainee, shown, show, count=len(shown.faces[0]) if answered else len(shown[0]))
        epochs = course.epochs_within(minutes) if minutes else config.epochs
        dataclasses.replace(config, epochs=epochs).save(run.folder / "config.json")
        go(course, epochs, run, public_test)


def require_known_here(config: TrainConfig) -> None:
    """`ValueError` names a setting that a run on the device would silently leave out."""
    default = TrainConfig()
    for name in MIXING:
        if config.teachers and getattr(config, name):
            raise ValueError(
                f"{name} is for a run without teachers: their copies are mixed before they answer; add --{name} 0"
            )
    for name in LACKING:
        if getattr(config, name) != getattr(default, name):
            raise ValueError(f"{name} is for training.train; a run on the device has none")
    if config.schedule != default.schedule:
        raise ValueError(f"a run on the device has the schedule {default.schedule}, not {config.schedule}")


def make_trainee(config: TrainConfig, network: keras.Model) -> Trainee:
    # Without a schedule of its own the optimizer keeps its rate in a variable, which each step is given.
    plain = dataclasses.replace(config, schedule="plateau", ema=0.0)
    return Trainee.of(network, make_optimizer(plain, 1), config.ema, config.label_smoothing)


def shown_faces(config: TrainConfig, training: LabelledFaces) -> tuple[Any, Show]:
    """The Training faces and targets, and how a batch of them is varied and mixed."""
    faces, targets = prepare(config, training)
    variation = Variation(config.augmentation)

    def show(shown: Any, key: Key, chosen: Array, _: Array) -> tuple[Array, Array]:
        turned, worse, mixed = jax.random.split(key, 3)
        varied = variation.turn(turned, shown[0][chosen].astype("float32"))
        return mix(mixed, variation.worsen(worse, varied), shown[1][chosen], config.mixup, config.cutmix)

    return (jnp.asarray(faces.faces[..., 0]), jnp.asarray(targets)), show


def shown_copies(config: TrainConfig, answered: Answered) -> tuple[Any, Show]:
    """The answered copies, one after the other, mirrored by lot and worsened."""
    variation = Variation(config.augmentation)
    share = config.distil_share

    def show(shown: Any, key: Key, chosen: Array, number: Array) -> tuple[Array, Array]:
        worse, mirrored = jax.random.split(key)
        faces, answers, targets = (array[number % len(answered.faces), chosen] for array in shown)
        flip = jax.random.bernoulli(mirrored, 0.5, (len(chosen), 1, 1))
        faces = jnp.where(flip, faces[:, :, ::-1], faces).astype("float32")
        wanted = share * answers.astype("float32") + (1 - share) * targets.astype("float32")
        return variation.worsen(worse, faces), wanted / wanted.sum(-1, keepdims=True)

    return answered, show


class Course:
    """The epochs of a run, each shuffled anew from the run's seed."""

    def __init__(self, config: TrainConfig, trainee: Trainee, shown: Any, show: Show, count: int) -> None:
        if count < config.batch_size:
            raise ValueError(f"{count} training faces are fewer than one batch of {config.batch_size}")
        self._config = config
        self._shown = shown
        self._count = count
        self._epoch = trainee.epoch(show)
        self.trainee = trainee
        self.steps = count // config.batch_size

    def epochs_within(self, minutes: float) -> int:
        """How many epochs fit into `minutes`, two of which are taken to find out."""
        fit = self.trainee.begin()
        for number in range(2):
            began = time.perf_counter()
            fit, seen = self.run(fit, number, np.zeros(self.steps, np.float32))
            seen.block_until_ready()
        return max(int(60 * minutes / (time.perf_counter() - began)), 1)

    def run(self, fit: Any, number: int, rates: npt.NDArray[np.float32]) -> tuple[Any, Array]:
        """Epoch `number`, from 0, with the rate of each step."""
        order = np.random.default_rng((self._config.seed, number)).permutation(self._count)
        batches = order[: self.steps * self._config.batch_size].reshape(self.steps, -1)
        key = jax.random.fold_in(jax.random.key(self._config.seed), number)
        return self._epoch(fit, self._shown, key, jnp.asarray(batches), jnp.asarray(rates), jnp.asarray(number))

    def rates(self, epochs: int) -> npt.NDArray[np.float32]:
        """The learning rate of every step, (epochs, steps): straight up, then a cosine down to zero."""
        step = np.arange(epochs * self.steps)
        warmup = min(round(self._config.warmup_epochs * self.steps), len(step) // 2)
        rise = (step + 1) / max(warmup, 1)
        fall = 0.5 + 0.5 * np.cos(np.pi * (step - warmup) / max(len(step) - warmup, 1))
        rates = self._config.learning_rate * np.where(step < warmup, rise, fall)
        return rates.astype(np.float32).reshape(epochs, self.steps)


def go(course: Course, epochs: int, run: RunFolder, public_test: LabelledFaces) -> None:
    """Fit `epochs` epochs, and keep in `run` the history and the best network by PublicTest so far.

    Writing a large network takes as long as an epoch, so that it is done now and then, and at the end, however that
    comes.
    """
    rates = course.rates(epochs)
    answer = course.trainee.answers()
    fit = course.trainee.begin()
    best, written = None, time.perf_counter()
    try:
        for number in range(epochs):
            began = time.perf_counter()
            fit, seen = course.run(fit, number, rates[number])
            loss, accuracy = (float(value) for value in np.asarray(seen))
            if not np.isfinite(loss):
                raise FloatingPointError(f"the loss stopped being a number in epoch {number + 1}: take a lower rate")
            val_loss, val_accuracy = score(answer, fit, public_test.faces, public_test.labels)
            row = {"accuracy": accuracy, "loss": loss, "val_accuracy": val_accuracy, "val_loss": val_loss}
            run.add_row(number, {**row, "seconds": time.perf_counter() - began})
            if best_epoch(run.history) == len(run.history):
                best = jax.tree.map(jnp.copy, fit)  # the next epoch takes the memory of `fit`
            if best is not None and time.perf_counter() - written > WRITE_EVERY_S:
                write(course.trainee, best, run)
                best, written = None, time.perf_counter()
    finally:  # also after Ctrl-C or a lost loss: the history names this epoch as the best
        if best is not None:
            write(course.trainee, best, run)


def write(trainee: Trainee, fit: Any, run: RunFolder) -> None:
    """Put the averaged weights of `fit` into the network of `run`, and that into its file."""
    trainee.put_back(fit)
    with replacing(run.best) as aside:
        run.network.save(aside)

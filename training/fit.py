"""The training loop proper: one network, an optimizer for each stage of the run, one `fit` for each side of faces."""

import os
from dataclasses import dataclass
from pathlib import Path

import keras
from tqdm.keras import TqdmCallback

from emotion.faces import FACE_SIZE
from training.averaging import AveragedValidation
from training.batches import AugmentedBatches
from training.config import TrainConfig
from training.distillation import DistillationLoss, accuracy, load_teachers, with_teachers
from training.labelled_faces import LabelledFaces, one_hot
from training.networks import LOGITS
from training.precision import has_gpu
from training.run_folder import RunFolder
from training.schedules import EarlyStopping, PlateauRate, make_rate, stalled
from training.targets import balanced_weights, prepare
from training.views import read_views

KEPT_FROM_DECAY = ["bias", "gamma", "beta"]
SGD_MOMENTUM = 0.9
MOST_WORKERS = 12


@dataclass(frozen=True, slots=True)
class Stage:
    """Epochs `first` (from 0) to `last` (exclusive) with one optimizer; `frozen`: of the last layer alone."""

    frozen: bool
    first: int
    last: int
    peak: float


def stages(config: TrainConfig) -> list[Stage]:
    """One stage, or two where the run begins with a frozen network."""
    if not config.freeze_epochs:
        return [Stage(False, 0, config.epochs, config.learning_rate)]
    return [
        Stage(True, 0, config.freeze_epochs, config.learning_rate),
        Stage(False, config.freeze_epochs, config.epochs, config.fine_tune_rate),
    ]


def fit(config: TrainConfig, run: RunFolder, training: LabelledFaces, public_test: LabelledFaces) -> None:
    """Fit `run.network` on `training`, choosing the epoch on `public_test`; go on where `run` was interrupted.

    Raises:
        FloatingPointError: the loss stopped being a number; `run` keeps its last sound epoch.
        ValueError: fewer faces than one batch, a run that was fitted on other faces, or a file that `config` names
            and that does not fit.
    """
    batches = make_batches(config, training)
    for stage in stages(config):
        if stage.frozen and run.last.exists():
            continue  # the stage after this one has begun
        fit_stage(config, stage, run, batches, public_test)


def fit_stage(
    config: TrainConfig, stage: Stage, run: RunFolder, batches: AugmentedBatches, public_test: LabelledFaces
) -> None:
    """The rest of one stage."""
    freeze(run.network, stage.frozen)
    optimizer = make_optimizer(config, len(batches), stage.peak, stage.last - stage.first)
    trainee = make_trainee(config, run.network, optimizer)
    done = run.restore(trainee, len(batches), frozen=stage.frozen, first_epoch=stage.first)
    patience = 0 if stage.frozen else config.early_stopping
    if done in {last for _, last in legs(config, stage)} or stalled(run.accuracies[stage.first :], patience):
        # What Keras does at the end of `fit`, so that what comes next begins with the same weights.
        trainee.optimizer.finalize_variable_values(trainee.trainable_variables)
    if done >= stage.last or stalled(run.accuracies[stage.first :], patience):
        return
    callbacks = [AveragedValidation(), run, keras.callbacks.TerminateOnNaN()]
    if config.schedule == "plateau":
        callbacks.append(PlateauRate(run, stage.peak, config.warmup_epochs, stage.first))
    for side, last in legs(config, stage):
        if done >= last:
            continue
        batches.epoch, batches.side = done, side
        trainee.fit(
            batches,
            shuffle=False,  # the batches are; Keras would reorder them from a state that a resumed run does not have
            validation_data=(public_test.faces, one_hot(public_test.labels)),
            validation_batch_size=512,
            initial_epoch=done,
            epochs=last,
            callbacks=[
                *callbacks,
                EarlyStopping(run, patience, stage.first),
                TqdmCallback(epochs=stage.last, initial=done),
            ],
            verbose=0,
        )
        if trainee.stop_training:
            return
        done = last


def legs(config: TrainConfig, stage: Stage) -> list[tuple[int, int]]:
    """The sides of the faces in a stage, each with the epoch (exclusive) up to which it lasts.

    A change of side needs a `fit` of its own, as Keras takes the shape of a run's batches from the first two. Where
    weights are averaged, each `fit` ends by putting the average in their place.
    """
    found: list[tuple[int, int]] = []
    for number, side in enumerate(config.sides, 1):
        last = min(max(config.epochs * number // len(config.sides), stage.first), stage.last)
        if last > (found[-1][1] if found else stage.first):
            found.append((side, last))
    return found


def make_batches(config: TrainConfig, training: LabelledFaces) -> AugmentedBatches:
    """The Training faces as `config` varies, mixes and weighs them."""
    faces, targets = prepare(config, training)
    return AugmentedBatches(
        faces,
        config.augmentation,
        config.batch_size,
        config.seed,
        targets=targets,
        mixup=config.mixup,
        cutmix=config.cutmix,
        class_weights=balanced_weights(faces.labels) if config.class_weights == "balanced" else None,
        views=read_views(Path(config.views), len(training)) if config.views else None,
        views_share=config.views_share,
        workers=min(os.cpu_count() or 1, MOST_WORKERS) if has_gpu(keras.backend.backend()) else 1,
    )


def freeze(network: keras.Model, frozen: bool) -> None:
    """Leave only the last layer to be fitted, or all of `network`."""
    for layer in network.layers:
        layer.trainable = not frozen or layer.name == LOGITS


def make_trainee(config: TrainConfig, network: keras.Model, optimizer: keras.optimizers.Optimizer) -> keras.Model:
    """What `fit` fits, compiled: `network` up to its logits, with the teachers beside it where there are some.

    It takes faces of any side where `config` varies that. Loss on logits: cross-entropy of a softmax output would
    lose precision for confident faces.
    """
    # XLA's convolutions on a CPU are half as fast as TensorFlow's own (measured).
    jit_compile = "auto" if has_gpu(keras.backend.backend()) else False
    if config.teachers:
        teachers = load_teachers([Path(path) for path in config.teachers])
        trainee = at_sides(config, with_teachers(network, teachers, config.distil_temperature))
        loss = DistillationLoss(config.distil_share, config.distil_temperature, config.label_smoothing)
        trainee.compile(optimizer=optimizer, loss=loss, metrics=[accuracy], jit_compile=jit_compile)
        return trainee
    trainee = at_sides(config, keras.Model(network.input, network.get_layer(LOGITS).output, name="trainee"))
    plain = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=config.label_smoothing)
    trainee.compile(optimizer=optimizer, loss=plain, metrics=["accuracy"], jit_compile=jit_compile)
    return trainee


def at_sides(config: TrainConfig, trainee: keras.Model) -> keras.Model:
    """`trainee`, or where `config` varies the faces' side, the same layers on faces of any side."""
    if set(config.sides) == {FACE_SIZE}:
        return trainee
    faces = keras.Input((None, None, 1), dtype="uint8", name="faces_of_any_side")
    return keras.models.clone_model(trainee, input_tensors=faces, clone_function=lambda layer: layer)


def make_optimizer(
    config: TrainConfig, steps_per_epoch: int, peak: float | None = None, epochs: int | None = None
) -> keras.optimizers.Optimizer:
    """The optimizer of a stage with the highest rate `peak` over `epochs`; of a run of one stage if not given."""
    rate = make_rate(config, peak or config.learning_rate, epochs or config.epochs, steps_per_epoch)
    averages = {"use_ema": True, "ema_momentum": config.ema} if config.ema else {}
    common = {"learning_rate": rate, "global_clipnorm": 1.0, **averages}
    if config.optimizer == "adam":
        return keras.optimizers.Adam(**common)
    if config.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(
            momentum=SGD_MOMENTUM, nesterov=True, weight_decay=config.weight_decay or None, **common
        )
    else:
        optimizer = keras.optimizers.AdamW(weight_decay=config.weight_decay, **common)
    optimizer.exclude_from_weight_decay(var_names=KEPT_FROM_DECAY)
    return optimizer

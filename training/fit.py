"""The training loop proper: one network, one optimizer, one `fit`."""

import keras
from tqdm.keras import TqdmCallback

from training.batches import AugmentedBatches, one_hot
from training.config import TrainConfig
from training.labelled_faces import LabelledFaces
from training.networks import LOGITS, emotion_net
from training.precision import has_gpu
from training.run_folder import RunFolder

KEPT_FROM_DECAY = ["bias", "gamma", "beta"]


def fit(config: TrainConfig, run: RunFolder, training: LabelledFaces, public_test: LabelledFaces) -> None:
    """Fit `run.network` on `training`, choosing the epoch on `public_test`; go on where `run` was interrupted.

    Raises:
        FloatingPointError: the loss stopped being a number; `run` keeps its last sound epoch.
        ValueError: fewer faces than one batch, or a run that was fitted on other faces.
    """
    batches = AugmentedBatches(training, config.augmentation, config.batch_size, config.seed)
    # Loss on logits: cross-entropy of a softmax output would lose precision for confident faces.
    trainee = keras.Model(run.network.input, run.network.get_layer(LOGITS).output, name="trainee")
    trainee.compile(
        optimizer=make_optimizer(config, len(batches)),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=config.label_smoothing),
        metrics=["accuracy"],
        # XLA's convolutions on a CPU are half as fast as TensorFlow's own (measured).
        jit_compile="auto" if has_gpu(keras.backend.backend()) else False,
    )
    done = run.restore(trainee, len(batches))
    if done >= config.epochs:
        return
    batches.epoch = done
    trainee.fit(
        batches,
        shuffle=False,  # the batches are; Keras would reorder them from a state that a resumed run does not have
        validation_data=(public_test.faces, one_hot(public_test.labels)),
        validation_batch_size=512,
        initial_epoch=done,
        epochs=config.epochs,
        callbacks=[run, keras.callbacks.TerminateOnNaN(), TqdmCallback(epochs=config.epochs, initial=done)],
        verbose=0,
    )


def make_network(config: TrainConfig) -> keras.Model:
    """The network that `config` describes, with weights drawn from its seed."""
    keras.utils.set_random_seed(config.seed)
    return emotion_net(config.stem, config.widths, config.blocks, config.dropout)


def make_optimizer(config: TrainConfig, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """AdamW whose rate climbs to the peak and falls on a cosine to zero."""
    warmup = round(config.warmup_epochs * steps_per_epoch)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(config.epochs * steps_per_epoch - warmup, 1),
        warmup_target=config.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=config.weight_decay, global_clipnorm=1.0)
    optimizer.exclude_from_weight_decay(var_names=KEPT_FROM_DECAY)
    return optimizer

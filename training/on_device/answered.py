"""Many varied copies of the Training faces, answered once by several teachers, all kept on the device.

A student learns most from teachers that answer the very picture it sees, mixed ones among them, over a long course
(Beyer et al., 2022, "a good teacher is patient and consistent").
"""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import keras
import numpy as np
import numpy.typing as npt

from training.augmentation import Augmentation
from training.config import TrainConfig
from training.labelled_faces import LabelledFaces
from training.mixing import Targets
from training.networks import LOGITS
from training.on_device.variation import Array, Key, Variation, mix
from training.targets import prepare

MIXED = 0.5
"""Share of the copies that are two faces faded into each other."""


class Answered(NamedTuple):
    """`faces` uint8 (copies, n, 48, 48), `answers` and `targets` float16 (copies, n, 7)."""

    faces: Array
    answers: Array
    targets: Array


def answered_copies(
    config: TrainConfig, training: LabelledFaces, teachers: Sequence[keras.Model], copies: int
) -> Answered:
    """What `teachers` answer to varied `copies` of the Training faces that `config` leaves in.

    They see them only moved, relit and mixed: what takes something away is done to what the student sees.
    """
    faces, targets = prepare(config, training)
    strength = dataclasses.replace(config.augmentation, reduce_chance=0, blur_chance=0, jpeg_chance=0, erase_chance=0)
    return answer_copies(faces.faces, targets, teachers, strength, copies, config.seed)


def answer_copies(
    faces: npt.NDArray[np.uint8],
    targets: Targets,
    teachers: Sequence[keras.Model],
    strength: Augmentation,
    copies: int,
    seed: int,
    at_once: int = 1024,
) -> Answered:
    """Vary `faces` (n, 48, 48, 1) `copies` times, mix half, and ask `teachers` about each and its mirror image."""
    asked = [keras.Model(teacher.input, teacher.get_layer(LOGITS).output) for teacher in teachers]
    variables = [
        ([v.value for v in a.trainable_variables], [v.value for v in a.non_trainable_variables]) for a in asked
    ]
    variation = Variation(strength)

    @jax.jit
    def ask(variables: Array, key: Key, faces: Array, targets: Array) -> tuple[Array, Array, Array]:
        turned, by_lot, mixed = jax.random.split(key, 3)
        varied = variation.turn(turned, faces.astype("float32"))
        two, both = mix(mixed, varied, targets, 1.0, 0.0)
        chosen = jax.random.uniform(by_lot, (len(faces),)) < MIXED
        varied = jnp.where(chosen[:, None, None], two, varied)
        asked_for = jnp.where(chosen[:, None], both, targets)
        pictures = jnp.clip(jnp.round(varied), 0, 255).astype("uint8")
        answers = jnp.zeros_like(targets)
        for teacher, (weights, statistics) in zip(asked, variables, strict=True):
            for view in (pictures, pictures[:, :, ::-1]):
                logits, _ = teacher.stateless_call(weights, statistics, view[..., None], training=False)
                answers += jax.nn.softmax(logits.astype("float32")) / (2 * len(asked))
        return pictures, answers.astype("float16"), asked_for.astype("float16")

    everything = jnp.asarray(faces[..., 0]), jnp.asarray(targets)
    found = []
    for copy in range(copies):
        parts = []
        # Faces are mixed within a part: another order for every copy gives each face other partners.
        order = np.random.default_rng((seed, copy)).permutation(len(faces))
        padded = np.resize(order, -(-len(order) // at_once) * at_once)
        for number, part in enumerate(padded.reshape(-1, at_once)):
            key = jax.random.fold_in(jax.random.key(seed), copy * len(padded) + number)
            parts.append(ask(variables, key, *(array[part] for array in everything)))
        back = np.argsort(order)
        found.append([jnp.concatenate(part)[: len(order)][back] for part in zip(*parts, strict=True)])
    return Answered(*(jnp.stack(arrays) for arrays in zip(*found, strict=True)))

"""A teacher inside the loss: the student is asked for what strong networks answer, not for the label alone.

Hinton, Vinyals and Dean (2015). The teacher is a part of the network that is fitted, frozen, so that it answers the
very face that the student sees, on the device, on any backend.
"""

from collections.abc import Sequence
from pathlib import Path

import keras
from keras import layers, ops

from emotion.labels import EMOTIONS
from training.networks import LOGITS

COUNT = len(EMOTIONS)


@keras.saving.register_keras_serializable("training")
class FlipFaces(layers.Layer):
    """Mirrors faces (n, 48, 48, 1), left to right."""

    def call(self, faces: keras.KerasTensor) -> keras.KerasTensor:
        return ops.flip(faces, axis=2)


def load_teachers(paths: Sequence[Path]) -> list[keras.Model]:
    """The networks at `paths`, frozen.

    Raises:
        FileNotFoundError: nothing there.
        ValueError: no Keras network, or one that is not from here.
    """
    return [load_teacher(path) for path in paths]


def load_teacher(path: Path) -> keras.Model:
    """One frozen network, named so that several of a kind may stand side by side."""
    if not path.is_file():
        raise FileNotFoundError(f"no teacher at {path}: a run writes best.keras after its first epoch")
    try:
        teacher = keras.models.load_model(path, compile=False)
        teacher.get_layer(LOGITS)
    except (ValueError, OSError, TypeError) as error:
        raise ValueError(f"{path} is not a network of training/networks: {error}") from error
    teacher.trainable = False
    return teacher


def average_answers(faces: keras.KerasTensor, networks: Sequence[keras.Model], temperature: float) -> keras.KerasTensor:
    """Mean softened probabilities (n, 7) of `networks` for `faces` and for their mirror images."""
    mirrored = FlipFaces(name="mirrored")(faces)
    answers = []
    for number, network in enumerate(networks):
        inner = keras.Model(network.input, network.get_layer(LOGITS).output, name=f"teacher_{number}")
        inner.trainable = False
        for view in (faces, mirrored):
            logits = layers.Rescaling(1 / temperature, dtype="float32")(inner(view, training=False))
            answers.append(layers.Softmax(dtype="float32")(logits))
    return layers.Average(dtype="float32", name="teachers")(answers)


def with_teachers(student: keras.Model, teachers: Sequence[keras.Model], temperature: float) -> keras.Model:
    """A network from faces to the student's logits and, beside them, the teachers' probabilities: (n, 14)."""
    logits = student.get_layer(LOGITS).output
    answers = average_answers(student.input, teachers, temperature)
    both = layers.Concatenate(dtype="float32", name="student_and_teachers")([logits, answers])
    return keras.Model(student.input, both, name="trainee")


class DistillationLoss(keras.losses.Loss):
    """Cross-entropy with the targets (b, 7), and `share` of it with the teachers' answers at `temperature` instead.

    The second part is multiplied by the temperature's square, which keeps its gradients as large as at 1.
    """

    def __init__(self, share: float, temperature: float, label_smoothing: float) -> None:
        super().__init__(name="distillation")
        self._share = share
        self._temperature = temperature
        self._smoothing = label_smoothing

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        logits, answers = y_pred[:, :COUNT], ops.stop_gradient(y_pred[:, COUNT:])
        targets = y_true * (1 - self._smoothing) + self._smoothing / COUNT
        hard = ops.categorical_crossentropy(targets, logits, from_logits=True)
        soft = ops.categorical_crossentropy(answers, logits / self._temperature, from_logits=True)
        return (1 - self._share) * hard + self._share * self._temperature**2 * soft


def accuracy(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
    """Whether the student, whose logits come first, is right; (b,)."""
    return ops.cast(ops.argmax(y_true, axis=-1) == ops.argmax(y_pred[:, :COUNT], axis=-1), "float32")

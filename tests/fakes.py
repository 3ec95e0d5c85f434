"""Small stand-ins for the slow or outer parts."""

import numpy as np

from emotion.card import ModelCard
from emotion.classifier import EmotionClassifier
from emotion.faces import Box, Face, FaceBatch, RGBImage, Scores
from emotion.labels import EMOTIONS, Emotion


def make_scores(**known: float) -> dict[Emotion, float]:
    """Seven probabilities: those given by name, the rest shared equally (`happy=1.0` when none is given)."""
    known = known or {"happy": 1.0}
    rest = (1 - sum(known.values())) / (len(EMOTIONS) - len(known))
    return {emotion: known.get(emotion.value, rest) for emotion in EMOTIONS}


def make_face(box: Box | None = None, unsure_below: float = 0.0, **known: float) -> Face:
    """A face with the given probabilities."""
    return Face(box or Box(10, 10, 58, 58), make_scores(**known), unsure_below)


class ConstantBackend:
    """A network that says the same of every face, and remembers how many came in each call."""

    def __init__(self, **known: float) -> None:
        self._row = np.array([*make_scores(**known).values()], np.float32)
        self.calls: list[int] = []

    def __call__(self, faces: FaceBatch) -> Scores:
        self.calls.append(len(faces))
        return np.tile(self._row, (len(faces), 1))


def constant_classifier(backend: ConstantBackend, unsure_below: float = 0.0) -> EmotionClassifier:
    """A classifier on a `ConstantBackend`."""
    return EmotionClassifier(backend, ModelCard("constant", unsure_below=unsure_below))


class ScriptedAnalyzer:
    """Answers each picture with the next item of a script; an exception in it is raised."""

    def __init__(self, *script: list[Face] | Exception) -> None:
        self._script = [*script]

    def restart(self) -> None:
        """A stream begins; the script goes on."""

    def analyze(self, image: RGBImage, at: float | None = None) -> list[Face]:
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(step, Exception):
            raise step
        return step

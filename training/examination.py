"""What a network is measured to do before it is shipped, as its card."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from emotion.card import ModelCard
from emotion.classifier import EmotionClassifier
from emotion.faces import Scores
from training.calibration import choose_unsure_threshold, without_temperature
from training.evaluate import predict_all
from training.field_tests import field_tests, find_faces
from training.labelled_faces import LabelledFaces, Split
from training.metrics import evaluate_scores
from training.provenance import file_sha256

SPLITS = (Split.PUBLIC_TEST, Split.PRIVATE_TEST)


class Examination:
    """The data and the settings by which all files of one export are measured; `votes` are FER+'s."""

    def __init__(
        self, data: Mapping[Split, LabelledFaces], temperature: float, wanted_accuracy: float, votes: Path | None
    ) -> None:
        self.data = data
        self.temperature = temperature
        self.wanted_accuracy = wanted_accuracy
        self.votes = votes
        # Once for all files, as it takes a minute and no network.
        self._found = {split: find_faces(data[split]) for split in SPLITS}

    def card(self, classifier: EmotionClassifier, files: Sequence[Path], origin: Mapping[str, Any]) -> ModelCard:
        """The card of `classifier`, which serves from the last of `files` and comes from `origin`.

        The threshold of "unsure" is chosen on PublicTest; everything is told of both test splits.
        """
        scores = {split: predict_all(classifier, self.data[split].faces) for split in SPLITS}
        public = Split.PUBLIC_TEST
        unsure_below = choose_unsure_threshold(scores[public], self.data[public].labels, self.wanted_accuracy)
        metrics = {
            split.value: measure(scores[split], self.data[split].labels, self.temperature, unsure_below, split)
            | field_tests(classifier, self.data, split, self._found[split], self.votes)
            for split in SPLITS
        }
        hashes = {path.name: file_sha256(path) for path in files}
        return ModelCard(
            name=f"emotion_net-{hashes[files[-1].name][:12]}",
            temperature=self.temperature,
            unsure_below=unsure_below,
            metrics=metrics,
            provenance={**origin, "files": hashes},
        )


def measure(
    scores: Scores, labels: np.ndarray, temperature: float, unsure_below: float, split: Split
) -> dict[str, Any]:
    """The evaluation as the card tells it, with the calibration error before the temperature beside the one after."""
    before = evaluate_scores(without_temperature(scores, temperature), labels, unsure_below, split)
    after = evaluate_scores(scores, labels, unsure_below, split)
    return {**after.to_dict(), "expected_calibration_error_before_temperature": before.calibration_error}

"""What a card tells beside the benchmark's own figure: how a network fares with faces unlike those."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emotion.classifier import EmotionClassifier
from emotion.detector import HaarDetector
from training.copies import measure_copies
from training.crop_check import Found, compare, find_again
from training.evaluate import predict_all
from training.ferplus import PROTOCOL, agreement, ferplus_counts
from training.labelled_faces import LabelledFaces, Split
from training.robustness import measure


def field_tests(
    classifier: EmotionClassifier,
    data: Mapping[Split, LabelledFaces],
    split: Split,
    found: Found | None,
    votes: Path | None,
) -> dict[str, Any]:
    """JSON values for one split: poor pictures, faces without copies, faces found again, FER+ where `votes` are given.

    `found` are the split's faces that `find_faces` found again.

    Raises:
        ValueError: no faces, or votes that do not fit.
    """
    part = data[split]
    copies = measure_copies(classifier, data[Split.TRAINING], part)
    told = {
        "poor_pictures": measure(classifier, part),
        "copies_in_training": copies.copies,
        "accuracy_without_copies": copies.on_others,
        "found_again": None if found is None else found_again(classifier, part, found),
        "ferplus": None,
    }
    if votes:
        accuracy, faces = agreement(predict_all(classifier, part.faces), ferplus_counts(votes, part, split))
        told["ferplus"] = {"protocol": PROTOCOL, "faces": faces, "accuracy": accuracy}
    return told


def find_faces(data: LabelledFaces) -> Found | None:
    """The faces that the app's detector finds again in larger pictures; `None` if it finds none."""
    try:
        return find_again(data.faces, HaarDetector(), (0.0,), progress=False)
    except ValueError:
        return None


def found_again(classifier: EmotionClassifier, data: LabelledFaces, found: Found) -> dict[str, Any]:
    """Accuracy on the faces found again, cut as the app does and as the data set has them."""
    plain, cut = compare(classifier, data, found)
    return {"faces": len(found.indices), "accuracy": cut[0.0], "accuracy_of_original_crops": plain}

"""Splits for data that comes without: seeded, and with the same mix of emotions in each part."""

import numpy as np
import numpy.typing as npt

from training.labelled_faces import Dataset, LabelledFaces, Split

SHARES = {Split.PUBLIC_TEST: 0.1, Split.PRIVATE_TEST: 0.1}
"""FER-2013's own: a tenth to choose on, a tenth to report, the rest to fit on."""


def split_all(data: LabelledFaces, seed: int) -> Dataset:
    """`data` in three parts, each emotion in FER-2013's shares."""
    rest, private = set_aside(data, SHARES[Split.PRIVATE_TEST], seed)
    training, public = set_aside(rest, SHARES[Split.PUBLIC_TEST] / (1 - SHARES[Split.PRIVATE_TEST]), seed + 1)
    return {Split.TRAINING: training, Split.PUBLIC_TEST: public, Split.PRIVATE_TEST: private}


def set_aside(data: LabelledFaces, share: float, seed: int) -> tuple[LabelledFaces, LabelledFaces]:
    """The rest of `data`, and `share` of every emotion's faces (at least one of two or more); orders are kept."""
    rng = np.random.default_rng(seed)
    aside = np.zeros(len(data), bool)
    for label in np.unique(data.labels):
        aside[_drawn(np.flatnonzero(data.labels == label), share, rng)] = True
    return data[np.flatnonzero(~aside)], data[np.flatnonzero(aside)]


def _drawn(places: npt.NDArray[np.int64], share: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    count = min(max(round(share * len(places)), 1), len(places) - 1)
    return rng.permutation(places)[:count]

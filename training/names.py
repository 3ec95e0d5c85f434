"""The words that data sets use for emotions and splits."""

from emotion.labels import EMOTIONS, Emotion
from training.labelled_faces import Split

OTHER_WORDS = {
    "anger": Emotion.ANGRY,
    "disgusted": Emotion.DISGUST,
    "afraid": Emotion.FEAR,
    "fearful": Emotion.FEAR,
    "happiness": Emotion.HAPPY,
    "happy": Emotion.HAPPY,
    "sadness": Emotion.SAD,
    "surprised": Emotion.SURPRISE,
}

SPLIT_WORDS = {
    "training": Split.TRAINING,
    "train": Split.TRAINING,
    "publictest": Split.PUBLIC_TEST,
    "validation": Split.PUBLIC_TEST,
    "valid": Split.PUBLIC_TEST,
    "val": Split.PUBLIC_TEST,
    "privatetest": Split.PRIVATE_TEST,
    "test": Split.PRIVATE_TEST,
}


def label_of(word: str) -> int:
    """FER-2013's label for "3", "happy" or "Happiness"; `ValueError` lists what is known."""
    plain = word.strip().lower()
    if plain.isascii() and plain.isdigit() and int(plain) < len(EMOTIONS):
        return int(plain)
    emotion = OTHER_WORDS.get(plain, plain)
    if emotion not in EMOTIONS:
        known = f"0-{len(EMOTIONS) - 1} or one of {', '.join(EMOTIONS)}"
        raise ValueError(f"unknown emotion {word[:20]!r}, expected {known}")
    return EMOTIONS.index(Emotion(emotion))


def split_of(word: str) -> Split:
    """The split for "PublicTest", "validation", "train", ...; `ValueError` lists what is known."""
    split = SPLIT_WORDS.get(word.strip().lower())
    if split is None:
        raise ValueError(f"unknown Usage {word[:20]!r}, expected one of {', '.join(Split)}")
    return split

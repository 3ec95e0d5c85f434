"""The seven expressions of FER-2013, in its order, and the colour each is drawn in."""

from enum import StrEnum


class Emotion(StrEnum):
    """One of FER-2013's expression classes; members stand in the data set's label order 0-6."""

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"


EMOTIONS: tuple[Emotion, ...] = tuple(Emotion)
"""Index = FER-2013 label = column of every score array."""

# Told apart under three kinds of colour blindness and >= 3:1 on white and on Streamlit's dark background.
COLOURS: dict[Emotion, str] = {
    Emotion.ANGRY: "#C01303",
    Emotion.DISGUST: "#307A57",
    Emotion.FEAR: "#4B45ED",
    Emotion.HAPPY: "#D87E13",
    Emotion.SAD: "#2D96F3",
    Emotion.SURPRISE: "#805275",
    Emotion.NEUTRAL: "#929292",
}

UNSURE = "unsure"
"""The word for a face whose likeliest expression stays below the model's threshold."""

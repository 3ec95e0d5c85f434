"""Faces and their expressions from pictures: `load_analyzer().analyze(rgb)`."""

from emotion.analyzer import FaceAnalyzer, load_analyzer
from emotion.faces import Box, Face
from emotion.labels import EMOTIONS, Emotion

__all__ = ["EMOTIONS", "Box", "Emotion", "Face", "FaceAnalyzer", "load_analyzer"]

"""The names that a run's settings may have; plain words, so that `--help` and a wrong name need not wait for Keras."""

from collections.abc import Collection

NETWORKS = (
    "emotion_net",
    "internship_cnn",
    "inverted_net",
    "lenet",
    "mini_xception",
    "mobilenet",
    "resnet18",
    "resnet34",
    "resnet50",
    "strong",
)
OPTIMIZERS = ("adam", "adamw", "sgd")
SCHEDULES = ("constant", "step", "cosine", "one_cycle", "plateau")
CLASS_WEIGHTS = ("none", "balanced")
WEIGHTS = ("none", "imagenet")


def require_known(kind: str, name: str, known: Collection[str]) -> str:
    """Return `name` if it is one of `known`; `ValueError` lists those."""
    if name not in known:
        raise ValueError(f"unknown {kind} {name!r}, expected one of {', '.join(known)}")
    return name

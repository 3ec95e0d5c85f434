"""The shipped networks alone, without detector and drawing: `python -m tests.benchmarks.network`.

Both files take turns, so that a busy machine slows both; the fastest call says what the network costs.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emotion.classifier import EmotionClassifier
from emotion.faces import FACE_SIZE

FILES = ("emotion_cnn.tflite", "emotion_cnn_int8.tflite", "emotion_cnn.keras")


def measure(classifiers: Sequence[EmotionClassifier], faces: int, rounds: int) -> list[tuple[float, float]]:
    """Fastest and median seconds of each classifier for a batch of `faces`."""
    batch = np.random.default_rng(0).integers(0, 256, (faces, FACE_SIZE, FACE_SIZE, 1), dtype=np.uint8)
    times: list[list[float]] = [[] for _ in classifiers]
    for _ in range(rounds):
        for classifier, own in zip(classifiers, times, strict=True):
            begun = time.perf_counter()
            classifier.predict(batch)
            own.append(time.perf_counter() - begun)
    return [(min(own), float(np.median(own))) for own in times]


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.network", description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=Path("model"), help="folder (default: %(default)s)")
    parser.add_argument("--faces", type=int, default=25, help="in a batch (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=60, help="calls of each (default: %(default)s)")
    arguments = parser.parse_args(argv)
    paths = [arguments.model / name for name in FILES]
    found = measure([EmotionClassifier.load(path) for path in paths], arguments.faces, arguments.rounds)
    print(f"| {arguments.faces} faces | fastest | median | against the first |\n|---|---|---|---|")
    for path, (fastest, median) in zip(paths, found, strict=True):
        print(f"| {path.name} | {1000 * fastest:.1f} ms | {1000 * median:.1f} ms | {found[0][1] / median:.1f} x |")
    return 0


if __name__ == "__main__":
    sys.exit(main())

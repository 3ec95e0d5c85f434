"""Photo -> faces -> drawn photo, against the student way, in one run: `python -m tests.benchmarks.frame`.

The student way is what most webcam-emotion projects do: full-size Haar search at 1.3/5 and one Keras
`model.predict` per face. Both take the same pictures with the same network, turn by turn, so that a busy machine
slows both. Galleries are FER-2013 PrivateTest faces where the data set is at hand, else one photographed face
(scikit-image's astronaut) repeated.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from emotion.analyzer import FaceAnalyzer, load_analyzer
from emotion.drawing import draw_faces
from emotion.faces import Box, RGBImage
from emotion.settings import DEFAULT_MODEL
from tests.scenes import count_found, gallery, on_background

ASTRONAUTS_FACE = (66, 163, 175, 272)  # y1, y2, x1, x2 in scikit-image's picture


@dataclass(frozen=True, slots=True)
class Scene:
    """A named set of pictures with the boxes of their faces."""

    name: str
    pictures: list[tuple[RGBImage, list[Box]]]


@dataclass(frozen=True, slots=True)
class Result:
    """Medians over a scene: milliseconds a frame, faces found and false boxes a picture."""

    frame_ms: float
    found: float
    false: float

    @property
    def face_ms(self) -> float:
        return self.frame_ms / self.found if self.found else float("inf")


class StudentWay:
    """Full-size Haar at 1.3/5, one `predict` per face, drawn on the frame."""

    def __init__(self) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import keras

        self._network = keras.models.load_model(DEFAULT_MODEL.with_suffix(".keras"), compile=False)
        self._cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")

    def __call__(self, image: RGBImage) -> list[Box]:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        drawn = image.copy()
        boxes = []
        for x, y, w, h in self._cascade.detectMultiScale(grey, 1.3, 5):
            crop = cv2.resize(grey[y : y + h, x : x + w], (48, 48))
            scores = self._network.predict(crop[None, :, :, None], verbose=0)[0]
            cv2.rectangle(drawn, (x, y), (x + w, y + h), (255, 0, 0), 2)
            cv2.putText(drawn, str(scores.argmax()), (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 0, 0), 2)
            boxes.append(Box(int(x), int(y), int(x + w), int(y + h)))
        return boxes


class OurWay:
    """An analyzer and drawing, as the photo tab runs them."""

    def __init__(self, analyzer: FaceAnalyzer) -> None:
        self._analyzer = analyzer

    def __call__(self, image: RGBImage) -> list[Box]:
        faces = self._analyzer.analyze(image)
        draw_faces(image, faces)
        return [face.box for face in faces]


def make_pool(fer2013: Path | None) -> list[np.ndarray]:
    """Grey faces (48, 48): PrivateTest's, or one photographed face many times."""
    if fer2013 is None:
        top, bottom, left, right = ASTRONAUTS_FACE
        face = cv2.cvtColor(data.astronaut()[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
        return [cv2.resize(face, (48, 48), interpolation=cv2.INTER_AREA)] * 49
    from training.dataset import read_dataset
    from training.labelled_faces import Split

    return [*read_dataset(fer2013)[Split.PRIVATE_TEST].faces[:, :, :, 0]]


def portrait(width: int, height: int) -> tuple[RGBImage, Box]:
    """The astronaut in a scene of this size, and where the face is."""
    astronaut = data.astronaut()
    top, bottom, left, right = ASTRONAUTS_FACE
    scale = min(height, width) / 512
    x, y = (width - round(512 * scale)) // 2, (height - round(512 * scale)) // 2
    corners = (x + round(left * scale), y + round(top * scale), x + round(right * scale), y + round(bottom * scale))
    return on_background(astronaut, width, height), Box(*corners)


def make_scenes(fer2013: Path | None, pictures: int) -> list[Scene]:
    """One face at 640 x 480, 25 and 49 at 1280 x 720."""
    pool = make_pool(fer2013)
    rng = np.random.default_rng(2013)

    def chosen(count: int) -> list[np.ndarray]:
        return [pool[i] for i in rng.choice(len(pool), count, replace=False)]

    scene, box = portrait(640, 480)
    return [
        Scene("1 face, 640 x 480", [(scene, [box])]),
        Scene("25 faces, 1280 x 720", [gallery(chosen(25), 5, 5) for _ in range(pictures)]),
        Scene("49 faces, 1280 x 720", [gallery(chosen(49), 7, 7, face_px=60) for _ in range(pictures)]),
    ]


def measure(ways: Sequence[Callable[[RGBImage], list[Box]]], scene: Scene, repeats: int) -> list[Result]:
    """Every way on every picture of a scene, turn by turn; medians."""
    times: list[list[float]] = [[] for _ in ways]
    counts: list[list[tuple[int, int]]] = [[] for _ in ways]
    for image, truth in scene.pictures:
        for way in ways:
            way(image)  # the first call of a size allocates
        for _ in range(repeats):
            for index, way in enumerate(ways):
                began = time.perf_counter()
                boxes = way(image)
                times[index].append(1000 * (time.perf_counter() - began))
                counts[index].append(count_found(boxes, truth))
    return [
        Result(statistics.median(t), *(float(v) for v in np.mean(c, axis=0)))
        for t, c in zip(times, counts, strict=True)
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the comparison as a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.frame", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="fer2013.csv, for galleries of different faces")
    parser.add_argument("--pictures", type=int, default=4, help="galleries a scene (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="frames a picture and way (default: %(default)s)")
    arguments = parser.parse_args(argv)
    analyzer = load_analyzer()
    ways = {
        "student way": StudentWay(),
        "ours, photo": OurWay(analyzer),
    }
    print("| scene | way | a frame | faces found | false boxes | faster a frame | faster a face found |")
    print("|---|---|---|---|---|---|---|")
    for scene in make_scenes(arguments.data, arguments.pictures):
        results = measure([*ways.values()], scene, arguments.repeats)
        for name, result in zip(ways, results, strict=True):
            print(
                f"| {scene.name} | {name} | {result.frame_ms:.0f} ms | {result.found:.1f} | {result.false:.1f} "
                f"| {results[0].frame_ms / result.frame_ms:.1f} x | {results[0].face_ms / result.face_ms:.1f} x |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())

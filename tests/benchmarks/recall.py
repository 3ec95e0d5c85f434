"""How many faces of a picture are found, and how many boxes are none: `python -m tests.benchmarks.recall`.

Group pictures composed of real photographs: the portrait of scikit-image (astronaut, NASA) stands, in several
sizes and mirrored, in its photographs without faces, of which some are left empty. With --data, FER-2013 PrivateTest
faces in galleries follow. Every way searches the same pictures.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from emotion.analyzer import load_analyzer
from emotion.detector import LIVE, HaarDetector
from emotion.faces import Box, RGBImage
from emotion.stream import StreamAnalyzer
from tests.benchmarks.frame import ASTRONAUTS_FACE, make_pool
from tests.scenes import count_found, gallery

WIDTH, HEIGHT = 1280, 720
BACKGROUNDS = ("coffee", "chelsea", "rocket", "brick", "grass", "gravel")
HEAD_AND_SHOULDERS = (0, 300, 90, 360)  # y1, y2, x1, x2 in scikit-image's astronaut
STREAM_S = 3.0
FRAME_S = 1 / 15
Way = Callable[[RGBImage], list[Box]]


def backgrounds() -> list[RGBImage]:
    """Photographs without a face, 1280 x 720."""
    pictures = []
    for name in BACKGROUNDS:
        picture = getattr(data, name)()
        picture = np.stack([picture] * 3, axis=2) if picture.ndim == 2 else picture[:, :, :3]
        pictures.append(cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))
    return pictures


def compose(background: RGBImage, count: int, rng: np.random.Generator) -> tuple[RGBImage, list[Box]]:
    """`count` people, 60 to 200 pixels of face, side by side on a photograph; the picture and its boxes."""
    picture, boxes = background.copy(), []
    top, bottom, left, right = HEAD_AND_SHOULDERS
    y1, y2, x1, x2 = ASTRONAUTS_FACE
    person = data.astronaut()[top:bottom, left:right]
    for seat in range(count):
        room = WIDTH // count
        scale = min(rng.uniform(60, 200) / (x2 - x1), room / (right - left), HEIGHT / (bottom - top))
        size = (round((right - left) * scale), round((bottom - top) * scale))
        small = cv2.resize(person, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        face = [(x1 - left) * scale, (y1 - top) * scale, (x2 - left) * scale, (y2 - top) * scale]
        if rng.random() < 0.5:
            small = small[:, ::-1]
            face[0], face[2] = size[0] - face[2], size[0] - face[0]
        light = rng.uniform(0.6, 1.1)
        x = seat * room + int(rng.integers(0, room - size[0] + 1))
        y = int(rng.integers(0, HEIGHT - size[1] + 1))
        picture[y : y + size[1], x : x + size[0]] = np.clip(small * light, 0, 255).astype(np.uint8)
        boxes.append(Box(*(round(v + shift) for v, shift in zip(face, (x, y, x, y), strict=True))))
    return picture, boxes


def group_pictures(seed: int = 2013) -> list[tuple[RGBImage, list[Box]]]:
    """On each background nobody, one person, three, and five."""
    rng = np.random.default_rng(seed)
    return [compose(background, count, rng) for background in backgrounds() for count in (0, 1, 3, 5)]


def classes(fer2013: Path, count: int, seed: int = 2013) -> list[tuple[RGBImage, list[Box]]]:
    """Galleries of 25 FER-2013 faces; many of them turned or covered."""
    pool, rng = make_pool(fer2013), np.random.default_rng(seed)
    return [gallery([pool[i] for i in rng.choice(len(pool), 25, replace=False)], 5, 5) for _ in range(count)]


def opencv(name: str, step: float, neighbours: int) -> Way:
    """OpenCV's own search at full size."""
    cascade = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / f"haarcascade_frontalface_{name}.xml"))

    def search(image: RGBImage) -> list[Box]:
        hits = cascade.detectMultiScale(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), step, neighbours, minSize=(24, 24))
        return [Box(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h in hits]

    return search


def stream(image: RGBImage) -> list[Box]:
    """What a stream shows of a still picture after three seconds under a camera's noise."""
    now = 0.0
    analyzer = StreamAnalyzer(load_analyzer().classifier, HaarDetector(LIVE), clock=lambda: now)
    rng = np.random.default_rng(1)
    faces = []
    while now < STREAM_S:
        noise = cv2.randn(np.empty(image.shape[:2], np.int16), 0, 2.5 + rng.random())
        faces = analyzer.analyze(np.clip(image + noise[:, :, None], 0, 255).astype(np.uint8), now)
        now += FRAME_S
    return [face.box for face in faces]


WAYS: dict[str, Way] = {
    "default 1.3/5 (usual choice)": opencv("default", 1.3, 5),
    "default 1.1/3": opencv("default", 1.1, 3),
    "alt2 1.1/3": opencv("alt2", 1.1, 3),
    "ours, photo": lambda image: load_analyzer().detector.detect(image),
    "ours, stream after 3 s": stream,
}


def table(pictures: Sequence[tuple[RGBImage, list[Box]]], ways: dict[str, Way]) -> list[str]:
    """Recall and false boxes a picture, a row for each way."""
    people = sum(len(truth) for _, truth in pictures)
    rows = [f"| {len(pictures)} pictures, {people} faces | faces found | false boxes a picture |", "|---|---|---|"]
    for name, way in ways.items():
        found, false = np.sum([count_found(way(image), truth) for image, truth in pictures], axis=0)
        rows.append(f"| {name} | {found / people:.1%} | {false / len(pictures):.2f} |")
    return rows


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.recall", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="fer2013.csv, for galleries of its faces")
    parser.add_argument("--galleries", type=int, default=8, help="how many of these (default: %(default)s)")
    arguments = parser.parse_args(argv)
    print("\n".join(table(group_pictures(), WAYS)), flush=True)
    if arguments.data:
        print("\n" + "\n".join(table(classes(arguments.data, arguments.galleries), WAYS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Faces found and false boxes on group pictures whose faces are known: `python -m tests.benchmarks.recall`.

Group pictures are composed of real photographs that come with scikit-image: faces (the astronaut's, and those of its
subset of Labeled Faces in the Wild, 25 pixels wide and so blurred when enlarged) with soft edges on photographs without
people, 12 a picture at 1280 x 720, 44 to 150 pixels wide. "No faces" are the photographs alone, a sheet of that
subset's patches that are none, and noise. With the data set at hand, FER-2013 faces too, on photographs and in
galleries.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from emotion.analyzer import load_analyzer
from emotion.classifier import EmotionClassifier
from emotion.detector import CASCADE, THOROUGH, HaarDetector
from emotion.faces import Box, RGBImage
from emotion.stream import StreamAnalyzer
from tests.benchmarks.frame import ASTRONAUTS_FACE, make_pool
from tests.benchmarks.live import Film, FilmClock
from tests.scenes import count_found, gallery

Picture = tuple[RGBImage, list[Box]]
Way = Callable[[RGBImage], list[Box]]

WIDTH, HEIGHT = 1280, 720
FACES = 12
SIDES = (44, 150)
STREAM_S = 3.0
MARGIN = 0.25
"""Of what is set in, the share of a face's side around it that fades into the scene."""
WITHOUT_PEOPLE = ("coffee", "rocket", "chelsea", "brick", "grass", "gravel", "hubble_deep_field", "coins", "page")


def photographs() -> list[RGBImage]:
    """scikit-image's photographs without people, each (720, 1280, 3)."""
    return [_filling(getattr(data, name)()) for name in WITHOUT_PEOPLE]


def real_faces() -> list[RGBImage]:
    """Faces with `MARGIN` around them, RGB and square: every third the astronaut's, the others of LFW."""
    top, bottom, left, right = ASTRONAUTS_FACE
    around = round(MARGIN * (bottom - top))
    astronaut = data.astronaut()[top - around : bottom + around, left - around : right + around]
    lfw = [_with_margin(np.uint8(255 * face)) for face in data.lfw_subset()[:100]]
    views = [
        astronaut,
        astronaut[:, ::-1],
        cv2.convertScaleAbs(astronaut, alpha=0.6),
        cv2.convertScaleAbs(astronaut, alpha=1.2),
    ]
    return [
        picture
        for number, face in enumerate(lfw)
        for picture in ([face, views[number // 2 % 4]] if number % 2 else [face])
    ]


def compose(faces: Sequence[RGBImage], scene: RGBImage, rng: np.random.Generator) -> Picture:
    """`FACES` of `faces` on a photograph, none over another, with soft edges; and the boxes of the faces."""
    picture, boxes, taken = scene.copy(), [], []
    for index in rng.choice(len(faces), FACES, replace=False):
        for _ in range(200):
            side = int(np.exp(rng.uniform(*np.log(SIDES))))
            around = round(MARGIN * side)
            whole = side + 2 * around
            x, y = int(rng.integers(WIDTH - whole)), int(rng.integers(HEIGHT - whole))
            place = Box(x, y, x + whole, y + whole)
            if not any(place.overlap(other) for other in taken):
                break
        else:
            continue
        taken.append(place)
        set_in(picture, faces[index], place)
        boxes.append(Box(x + around, y + around, x + around + side, y + around + side))
    return picture, boxes


def set_in(picture: RGBImage, face: RGBImage, place: Box) -> None:
    """Draw `face` at `place`, whole inside and fading at its edges."""
    size = (place.width, place.height)
    interpolation = cv2.INTER_AREA if place.width < face.shape[1] else cv2.INTER_CUBIC
    enlarged = cv2.resize(face, size, interpolation=interpolation).astype(np.float32)
    ramp = np.minimum(np.arange(place.width), np.arange(place.width)[::-1]) / (MARGIN / (1 + 2 * MARGIN) * place.width)
    weight = np.minimum.outer(ramp, ramp).clip(0, 1).astype(np.float32)[:, :, None]
    part = picture[place.y1 : place.y2, place.x1 : place.x2]
    part[:] = (weight * enlarged + (1 - weight) * part).round().astype(np.uint8)


def sets(fer2013: Path | None, pictures: int) -> dict[str, list[Picture]]:
    """Sets of pictures by name."""
    rng = np.random.default_rng(2013)
    scenes = photographs()
    patches = data.lfw_subset()[100:]
    sheet, _ = gallery([np.uint8(255 * patch) for patch in patches[:49]], 7, 7, WIDTH, HEIGHT, 90)
    noise = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    found = {
        "real faces": [compose(real_faces(), scenes[n % len(scenes)], rng) for n in range(pictures)],
        "no faces": [(scene, []) for scene in [*scenes, sheet, noise]],
    }
    if fer2013 is not None:
        pool = make_pool(fer2013)
        chosen = [pool[i] for i in rng.choice(len(pool), 25 * pictures, replace=False)]
        with_margin = [_with_margin(face) for face in chosen]
        found["FER-2013 faces"] = [
            compose(with_margin[25 * n : 25 * n + 25], scenes[n % len(scenes)], rng) for n in range(pictures)
        ]
        found["FER-2013 gallery of 25"] = [gallery(chosen[25 * n : 25 * n + 25], 5, 5) for n in range(pictures)]
    return found


def opencv(cascade: str, step: float, neighbours: int) -> Way:
    """A search of the whole picture in full size, as OpenCV's examples do it."""
    classifier = cv2.CascadeClassifier(str(CASCADE.with_name(f"haarcascade_frontalface_{cascade}.xml")))

    def search(image: RGBImage) -> list[Box]:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        hits = classifier.detectMultiScale(grey, step, neighbours, minSize=(24, 24))
        return [Box(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h in hits]

    return search


def measure(way: Way, pictures: Sequence[Picture]) -> tuple[float, float, float]:
    """Share of faces found, false boxes a picture, and the median of milliseconds a picture."""
    times, hits, false = [], 0, 0
    for image, truth in pictures:
        began = time.perf_counter()
        boxes = way(image)
        times.append(1000 * (time.perf_counter() - began))
        found, wrong = count_found(boxes, truth)
        hits, false = hits + found, false + wrong
    faces = sum(len(truth) for _, truth in pictures)
    return hits / faces if faces else float("nan"), false / len(pictures), statistics.median(times)


def measure_live(classifier: EmotionClassifier, pictures: Sequence[Picture]) -> tuple[float, float, float]:
    """The same of a stream that showed each picture for `STREAM_S`, swaying under noise; a frame's milliseconds."""
    times, hits, false = [], 0, 0
    for scene, boxes in pictures:
        clock = FilmClock()
        stream = StreamAnalyzer(classifier, clock=clock)
        truth = boxes
        for frame, truth in Film("", scene, boxes).frames(round(STREAM_S * 15)):  # noqa: B007  # the last one counts
            image = frame.to_ndarray(format="rgb24")
            clock.next_frame()
            faces = stream.analyze(image)
            times.append(1000 * (clock() - clock.film_s))
        found, wrong = count_found([face.box for face in faces], truth)
        hits, false = hits + found, false + wrong
    total = sum(len(truth) for _, truth in pictures)
    return hits / total if total else float("nan"), false / len(pictures), statistics.median(times)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.recall", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="fer2013.csv, for FER-2013 faces too")
    parser.add_argument("--pictures", type=int, default=18, help="pictures a set (default: %(default)s)")
    arguments = parser.parse_args(argv)
    groups = sets(arguments.data, arguments.pictures)
    classifier = load_analyzer().classifier
    ways: dict[str, Callable[[Sequence[Picture]], tuple[float, float, float]]] = {
        f"{cascade} {step}/{neighbours}": partial(measure, opencv(cascade, step, neighbours))
        for cascade, step, neighbours in (("default", 1.3, 5), ("default", 1.1, 3), ("alt2", 1.1, 3))
    }
    ways["ours, photo"] = partial(measure, HaarDetector(THOROUGH).detect)
    ways["ours, live after 3 s"] = partial(measure_live, classifier)
    print("| search | " + " | ".join(groups) + " | a picture |")
    print("|---" * (len(groups) + 2) + "|")
    for name, way in ways.items():
        cells, times = [], []
        for pictures in groups.values():
            recall, false, took_ms = way(pictures)
            cells.append(f"{false:.2f} false" if np.isnan(recall) else f"{recall:.0%}, {false:.2f} false")
            times.append(took_ms)
        print(f"| {name} | " + " | ".join(cells) + f" | {statistics.median(times):.0f} ms |", flush=True)
    return 0


def _filling(picture: np.ndarray) -> RGBImage:
    """`picture` as RGB, scaled and cut so that it fills the scene."""
    rgb = np.stack([picture] * 3, axis=2) if picture.ndim == 2 else picture[:, :, :3]
    scale = max(WIDTH / rgb.shape[1], HEIGHT / rgb.shape[0])
    size = (max(round(rgb.shape[1] * scale), WIDTH), max(round(rgb.shape[0] * scale), HEIGHT))
    large = cv2.resize(np.ascontiguousarray(rgb), size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (size[1] - HEIGHT) // 2, (size[0] - WIDTH) // 2
    return np.ascontiguousarray(large[top : top + HEIGHT, left : left + WIDTH])


def _with_margin(face: np.ndarray) -> RGBImage:
    """A grey face as RGB with its own border drawn outwards, as no picture is known of what lay around it."""
    around = round(MARGIN * face.shape[0])
    return np.stack([cv2.copyMakeBorder(face, *[around] * 4, cv2.BORDER_REPLICATE)] * 3, axis=2)


if __name__ == "__main__":
    sys.exit(main())

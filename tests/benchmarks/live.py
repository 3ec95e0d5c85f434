"""A stream's frames through the whole `recv`, against the student way: `python -m tests.benchmarks.live`.

Films are galleries of FER-2013 PrivateTest faces (or of one photographed face) that sway by some pixels under a
camera's noise, 15 frames a second by a clock of their own. What the codec does before and after `recv` is left out.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from emotion.analyzer import load_analyzer
from emotion.classifier import EmotionClassifier
from emotion.faces import Box, RGBImage
from emotion.live import EmotionVideoTransformer
from emotion.stream import StreamAnalyzer
from tests.benchmarks.frame import StudentWay, make_pool, portrait
from tests.scenes import count_found, gallery

FRAME_S = 1 / 15
SWAY_PX = 4
NOISE = 2.5
START = (
    "import time; t = time.perf_counter(); import emotion, numpy as np; a = emotion.load_analyzer(); "
    "a.analyze(np.zeros((480, 640, 3), np.uint8)); a.classifier.predict(np.zeros((25, 48, 48, 1), np.uint8)); "
    "print(time.perf_counter() - t)"
)


class FilmClock:
    """The film's own time, plus what the present frame has taken so far."""

    def __init__(self) -> None:
        self.film_s = 0.0
        self._began = time.perf_counter()

    def next_frame(self) -> None:
        self.film_s += FRAME_S
        self._began = time.perf_counter()

    def __call__(self) -> float:
        return self.film_s + time.perf_counter() - self._began


@dataclass(frozen=True, slots=True)
class Film:
    """Pictures of one class and, for each, where its faces are."""

    name: str
    scene: RGBImage
    boxes: list[Box]

    def frames(self, count: int) -> Iterator[tuple[av.VideoFrame, list[Box]]]:
        """Frames as a browser sends them (yuv420p), the picture swaying, with fresh noise."""
        rng = np.random.default_rng(1)
        height, width = self.scene.shape[:2]
        noises = [cv2.randn(np.empty((height, width), np.int16), 0, NOISE) for _ in range(5)]
        for number in range(count):
            across = round(SWAY_PX * np.sin(number / 7))
            moved = np.roll(self.scene, across, axis=1).astype(np.int16)
            picture = np.clip(moved + noises[int(rng.integers(5))][:, :, None], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number * 6000, Fraction(1, 90_000)
            yield frame, [Box(b.x1 + across, b.y1, b.x2 + across, b.y2) for b in self.boxes]


@dataclass(frozen=True, slots=True)
class Result:
    """Milliseconds: the first frame, the median and the 95th percentile of the others; faces found and false boxes."""

    first_ms: float
    median_ms: float
    slow_ms: float
    found: float
    false: float


def make_film(pool: Sequence[np.ndarray], side: int, width: int, height: int, seed: int = 2013) -> Film:
    """A gallery of `side` x `side` faces that fill most of their tiles; one face is a photograph."""
    if side == 1:
        scene, box = portrait(width, height)
        return Film(f"1 face, {width} x {height}", scene, [box])
    chosen = np.random.default_rng(seed).choice(len(pool), side * side, replace=False)
    face_px = round(min(height / side * 0.64, height * 0.42))
    scene, boxes = gallery([pool[i] for i in chosen], side, side, width, height, face_px)
    return Film(f"{side * side} face{'s' * (side > 1)}, {width} x {height}", scene, boxes)


def play(film: Film, classifier: EmotionClassifier, count: int) -> Result:
    """A whole stream, from its first frame."""
    clock = FilmClock()
    seen: list[list[Box]] = []

    class Watched(StreamAnalyzer):
        def analyze(self, image: RGBImage, at: float | None = None):
            faces = super().analyze(image, at)
            seen.append([face.box for face in faces])
            return faces

    transformer = EmotionVideoTransformer(Watched(classifier, clock=clock), clock)
    times, counts = [], []
    for frame, truth in film.frames(count):
        clock.next_frame()
        began = time.perf_counter()
        transformer.recv(frame)
        times.append(1000 * (time.perf_counter() - began))
        counts.append(count_found(seen[-1], truth))
    status = transformer.status()
    if status.failures:
        raise RuntimeError(f"{status.failures} frames failed: {status.last_failure}")
    found, false = np.mean(counts[len(counts) // 3 :], axis=0)
    steady = times[len(times) // 3 :]
    return Result(times[0], statistics.median(steady), float(np.percentile(steady, 95)), float(found), float(false))


def play_student(film: Film, student: StudentWay, count: int) -> Result:
    """The student way on the first frames of the same film."""
    times, counts = [], []
    for frame, truth in film.frames(count):
        began = time.perf_counter()
        image = frame.to_ndarray(format="rgb24")
        boxes = student(image)
        av.VideoFrame.from_ndarray(image, format="rgb24")
        times.append(1000 * (time.perf_counter() - began))
        counts.append(count_found(boxes, truth))
    found, false = np.mean(counts, axis=0)
    return Result(times[0], statistics.median(times), max(times), float(found), float(false))


def classes(pool: Sequence[np.ndarray], classifier: EmotionClassifier, frames: int) -> None:
    """The table of classes."""
    student = StudentWay()
    print("| film | way | first frame | a frame | slowest 5 % | faces found | false boxes | faster |")
    print("|---|---|---|---|---|---|---|---|")
    for side, width, height in ((1, 640, 480), (5, 1280, 720), (7, 1280, 720)):
        film = make_film(pool, side, width, height)
        play_student(film, student, 1)  # its first call builds a graph
        theirs, ours = play_student(film, student, max(frames // 15, 3)), play(film, classifier, frames)
        for name, r in (("student way", theirs), ("ours", ours)):
            print(
                f"| {film.name} | {name} | {r.first_ms:.0f} ms | {r.median_ms:.1f} ms | {r.slow_ms:.1f} ms "
                f"| {r.found:.1f} | {r.false:.2f} | {theirs.median_ms / r.median_ms:.1f} x |",
                flush=True,
            )


def streams(pool: Sequence[np.ndarray], classifier: EmotionClassifier, seconds: float) -> None:
    """Several streams at once, each 15 frames a second of 640 x 480 with one face."""
    print("\n| streams | analysed frames a second, each | processor cores | memory |")
    print("|---|---|---|---|")
    film = make_film(pool, 1, 640, 480)
    frames = [frame for frame, _ in film.frames(30)]
    for count in (1, 2, 4):
        done = [0] * count

        def run(number: int, until: float, done: list[int] = done) -> None:
            transformer = EmotionVideoTransformer(StreamAnalyzer(classifier))
            due = time.monotonic()
            while due < until:
                transformer.recv(frames[done[number] % len(frames)])
                done[number] += 1
                due += FRAME_S
                time.sleep(max(due - time.monotonic(), 0))

        before, began = time.process_time(), time.monotonic()
        threads = [threading.Thread(target=run, args=(number, began + seconds)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
        cores = (time.process_time() - before) / took
        rates = ", ".join(f"{frames_done / took:.1f}" for frames_done in done)
        print(f"| {count} | {rates} | {cores:.2f} | {resident_mb():.0f} MB |", flush=True)


def resident_mb() -> float:
    """Resident memory of this process now, in MB (its peak where the system does not tell)."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def start_s() -> float:
    """Seconds from the import to the first answers, in a process of its own; the best of three."""
    runs = [subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(run.stdout.split()[-1]) for run in runs)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.live", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="fer2013.csv, for classes of different faces")
    parser.add_argument("--frames", type=int, default=150, help="frames of a film (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10, help="of the streams at once (default: %(default)s)")
    arguments = parser.parse_args(argv)
    pool = make_pool(arguments.data)
    classifier = load_analyzer().classifier
    streams(pool, classifier, arguments.seconds)
    print(f"\nstart, from import to first answers: {start_s():.2f} s\n")
    classes(pool, classifier, arguments.frames)
    return 0


if __name__ == "__main__":
    sys.exit(main())

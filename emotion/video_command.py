"""`python -m emotion video IN --csv OUT`: a recording, a camera or an address, as numbers."""

import argparse
import csv
import io
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2

from emotion.analyzer import load_analyzer
from emotion.files import replacing, write_text
from emotion.labels import EMOTIONS
from emotion.lesson_exports import lesson_csv
from emotion.pictures import LIVE_SCHEMES, Picture, PictureReader, Pictures
from emotion.recording import MOST_RATE, Analysed, AnnotatedVideo, Progress, analyse, record_lesson

FACE_COLUMNS = ("at_s", "emotion", "confidence", *(e.value for e in EMOTIONS), "x1", "y1", "x2", "y2")
"""Of --largest-face-only: a row for each analysed picture; all but `at_s` empty where there was no face."""
DESCRIPTION = """Find the faces of a recording, of a camera or of an address, and write how their expressions went.
OUT has a row for every five seconds: start_s, the seven shares of the readable faces, the share of unsure faces, and
how many faces were seen and readable in a picture. Ctrl-C ends a camera or an address and keeps what there is."""


class CameraReader:
    """Pictures of the camera with a number, as OpenCV counts them, at about `rate` a second, without end."""

    truncated = False
    length_s: float | None = None

    def __init__(self, number: int, rate: float) -> None:
        self._camera = cv2.VideoCapture(number)
        self._pause_s = 1 / rate
        if not self._camera.isOpened():
            raise OSError(f"no camera with the number {number}, or another program uses it")

    def __enter__(self) -> "CameraReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._camera.release()

    def __iter__(self) -> Iterator[Picture]:
        began = due = time.monotonic()
        while True:
            read, image = self._camera.read()  # every frame, or old ones would wait in the driver
            now = time.monotonic()
            if not read:
                self.truncated = True
                return
            if now >= due:
                due = now + self._pause_s
                yield Picture(now - began, cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def add_video_command(commands: Any) -> None:
    """Add `video` to the subparsers of `python -m emotion`."""
    video = commands.add_parser("video", help="a recording, a camera or an address", description=DESCRIPTION)
    video.add_argument(
        "input", metavar="IN", help="an MP4, WebM, MOV or AVI file, the number of a camera, or an rtsp or http address"
    )
    video.add_argument("--csv", type=Path, required=True, metavar="OUT", help="write the numbers here")
    video.add_argument(
        "--annotated", type=Path, metavar="OUT.mp4", help="write the pictures with boxes and captions here"
    )
    video.add_argument(
        "--fps", type=float, default=2.0, metavar="X", help="analysed pictures a second (default: %(default)g)"
    )
    video.add_argument(
        "--largest-face-only",
        action="store_true",
        help=f"instead a row for each picture, of its largest face: {', '.join(FACE_COLUMNS)}",
    )
    video.set_defaults(run=run_video)


def run_video(arguments: argparse.Namespace) -> None:
    """Analyse, write, and say in a line what came of it."""
    if not 0 < arguments.fps <= MOST_RATE:
        raise ValueError(f"--fps must be more than 0 and at most {MOST_RATE:g}, got {arguments.fps:g}")
    if arguments.annotated is not None and arguments.annotated.suffix.lower() != ".mp4":
        raise ValueError(f"--annotated writes MP4, so its name must end in .mp4, got {arguments.annotated}")
    live = arguments.input.isdigit() or arguments.input.lower().startswith(LIVE_SCHEMES)
    classifier = load_analyzer().classifier
    rows: list[dict[str, Any]] = []
    with ExitStack() as stack:
        reader = stack.enter_context(open_pictures(arguments.input, arguments.fps))
        film = None
        if arguments.annotated is not None:
            aside = stack.enter_context(replacing(arguments.annotated))
            film = stack.enter_context(AnnotatedVideo(aside, arguments.fps))

        def seen(analysed: Analysed) -> None:
            if film is not None:
                film.add(analysed.picture.image, analysed.faces)
            if arguments.largest_face_only:
                rows.append(face_row(analysed))

        pictures = analyse(reader, classifier)
        lesson = record_lesson(
            until_interrupted(pictures) if live else pictures, reader, classifier.card.name, show_progress, seen
        )
    write_text(arguments.csv, faces_as_csv(rows) if arguments.largest_face_only else lesson_csv(lesson))
    minutes = (lesson.ended - lesson.started).total_seconds() / 60 if lesson.ended else 0.0
    print(f"{minutes:.1f} minutes in {len(lesson.windows)} windows; the numbers are in {arguments.csv}")
    if reader.truncated:
        print("the pictures end before they should: the recording is damaged or cut off, or the camera is gone")


def open_pictures(source: str, rate: float) -> Pictures:
    """A camera for a number, an address for one, else a file."""
    if source.isdigit():
        return CameraReader(int(source), rate)
    try:
        return PictureReader(source if source.lower().startswith(LIVE_SCHEMES) else Path(source), rate)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from None


def until_interrupted(pictures: Iterator[Analysed]) -> Iterator[Analysed]:
    """The pictures until Ctrl-C."""
    try:
        yield from pictures
    except KeyboardInterrupt:
        print("\ninterrupted: what there is will be written", file=sys.stderr)


def show_progress(progress: Progress) -> bool:
    """A line on a terminal, that the next one replaces."""
    if sys.stderr.isatty():
        told = f"{progress.done_s:.0f} s"
        if progress.fraction is not None and progress.left_s is not None:
            told = f"{progress.fraction:.0%}, {progress.left_s:.0f} s left"
        print(f"\r{told}\033[K", end="", file=sys.stderr, flush=True)
    return True


def face_row(analysed: Analysed) -> dict[str, Any]:
    """The largest face of a picture, in `FACE_COLUMNS` order."""
    row: dict[str, Any] = {"at_s": round(analysed.picture.at_s, 2)}
    if not analysed.faces:
        return row
    face = max(analysed.faces, key=lambda face: face.box.width * face.box.height)
    box = face.box
    return {
        **row,
        "emotion": str(face.label),
        "confidence": round(face.confidence, 4),
        **{e.value: round(p, 4) for e, p in face.scores.items()},
        **{"x1": box.x1, "y1": box.y1, "x2": box.x2, "y2": box.y2},
    }


def faces_as_csv(rows: list[dict[str, Any]]) -> str:
    """The rows with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=FACE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()

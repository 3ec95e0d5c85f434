"""One stream for as long as a lesson, for what it leaves behind: `python -m tests.benchmarks.soak --frames 20000`.

A real face (scikit-image's astronaut) sways at 640 x 480 through the whole `recv` with the shipped network, 15 frames
a second by a clock of its own, so that 20,000 frames are 22 minutes of a stream. Exits with 1 when something grew.
"""

import argparse
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from emotion.analyzer import load_analyzer
from emotion.live import EmotionVideoTransformer
from emotion.stream import StreamAnalyzer
from tests.benchmarks.live import FRAME_S, FilmClock, make_film, resident_mb

MINUTE = round(60 / FRAME_S)
MOST_MB = 300.0
MOST_GROWTH_MB = 5.0
"""Growth after the first minute that is no leak: an allocator's pools and Python's own lists breathe by a few MB."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What the process holds after so many frames: MB, threads (OpenCV's and LiteRT's too), open file descriptors.

    Where there is no /proc only Python's own threads are counted, and no files.
    """

    frames: int
    resident_mb: float
    threads: int
    files: int


def footprint(frames: int) -> Footprint:
    """The footprint of this process now."""
    process = Path("/proc/self")
    if not process.is_dir():
        return Footprint(frames, resident_mb(), threading.active_count(), 0)
    threads, files = (sum(1 for _ in (process / kind).iterdir()) for kind in ("task", "fd"))
    return Footprint(frames, resident_mb(), threads, files)


def soak(
    recv: Callable[[av.VideoFrame], object],
    frames: Sequence[av.VideoFrame],
    count: int,
    tick: Callable[[], None],
    every: int = MINUTE,
) -> list[Footprint]:
    """`count` frames through `recv`, with a footprint after every `every` of them and after the last."""
    told = []
    for number in range(1, count + 1):
        tick()
        recv(frames[number % len(frames)])
        if number % every == 0 or number == count:
            told.append(footprint(number))
    return told


def faults(told: Sequence[Footprint]) -> list[str]:
    """What grew after the first footprint (that of the first minute), or was too much from the beginning."""
    first, last = told[0], told[-1]
    most = max(mark.resident_mb for mark in told)
    found = []
    if most > MOST_MB:
        found.append(f"{most:.0f} MB resident, at most {MOST_MB:.0f} are allowed")
    if last.resident_mb - first.resident_mb > MOST_GROWTH_MB:
        found.append(f"memory grew from {first.resident_mb:.1f} to {last.resident_mb:.1f} MB")
    if last.threads > first.threads:
        found.append(f"threads grew from {first.threads} to {last.threads}")
    if last.files > first.files:
        found.append(f"open files grew from {first.files} to {last.files}")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Print the footprints as a Markdown table; 1 when something grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__.split("\n")[0])
    parser.add_argument("--frames", type=int, default=20_000, help="length of the stream (default: %(default)s)")
    parser.add_argument("--every", type=int, default=MINUTE, help="frames between footprints (default: %(default)s)")
    arguments = parser.parse_args(argv)
    frames = [frame for frame, _ in make_film([], 1, 640, 480).frames(60)]
    clock = FilmClock()
    transformer = EmotionVideoTransformer(StreamAnalyzer(load_analyzer().classifier, clock=clock), clock)
    told = soak(transformer.recv, frames, arguments.frames, clock.next_frame, arguments.every)
    print("| frames | of the stream | resident memory | threads | open files |")
    print("|---|---|---|---|---|")
    for mark in told:
        print(
            f"| {mark.frames:,} | {mark.frames * FRAME_S / 60:.1f} min | {mark.resident_mb:.1f} MB | {mark.threads} "
            f"| {mark.files} |"
        )
    status = transformer.status()
    failed = faults(told)
    if status.failures:
        failed.append(f"{status.failures} frames failed: {status.last_failure}")
    if not transformer.timeline.mood(transformer.now()).shares:
        failed.append("no face was found, so that little was tried")
    print("\n" + ("\n".join(failed) or "nothing grew"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

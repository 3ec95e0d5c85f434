"""The whole picture searched again and again, a piece a frame, so that no single frame pays for all of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from emotion.detector import HaarDetector
from emotion.faces import Box
from emotion.pyramid import GreyPyramid

SIZES = ((24, 33), (30, 42), (38, 58))
"""Sides of faces in a copy's pixels that one piece looks for; ranges overlap as the hits of one face scatter."""
PIECE_PIXELS = 45_000
"""Pixels of a piece that looks for the smallest faces: a few milliseconds of work."""
ROUND_S = 2.0
"""A round takes this long, whatever the pace of the frames: a newcomer may wait so long to be found."""
STEP = 1.1
NEIGHBOURS = 2
SAME_FACE = 0.3


@dataclass(frozen=True, slots=True)
class Piece:
    """Faces of `sizes` on rows `top` to `bottom` of one copy of the picture."""

    level: int
    sizes: tuple[int, int]
    top: int
    bottom: int


def pieces(pyramid: GreyPyramid) -> list[Piece]:
    """A round: pieces that together look for all sizes everywhere, each about as much work as any other."""
    found = []
    for number, level in enumerate(pyramid.levels):
        rows, columns = level.grey.shape
        last = number == len(pyramid.levels) - 1
        for smallest, largest in SIZES:
            work = rows * columns * (SIZES[0][0] / smallest) ** 2
            bands = max(round(work / PIECE_PIXELS), 1)
            open_ended = last and largest == SIZES[-1][1]
            for band in range(bands):
                top, bottom = rows * band // bands, rows * (band + 1) // bands
                # A face on the border of two bands is whole in the one it begins in.
                bottom = rows if open_ended else min(bottom + largest, rows)
                found.append(Piece(number, (smallest, 0 if open_ended else largest), top, bottom))
    return found


class Rounds:
    """Goes round and round over the pieces of a stream's pictures, which all have the same size.

    `clock` gives seconds; not to be shared between threads.
    """

    def __init__(self, detector: HaarDetector, clock: Callable[[], float] = time.perf_counter) -> None:
        self._detector = detector
        self._clock = clock
        self._pieces: list[Piece] = []
        self._next = 0
        self._owed = 0.0
        self._at: float | None = None

    def begin(self, pyramid: GreyPyramid) -> list[Box]:
        """Search everything at once and start a new round: the picture is another one."""
        self._pieces = pieces(pyramid)
        self._next, self._owed, self._at = 0, 0.0, None
        found = [
            (pyramid.inside(level.to_picture(*window)), votes)
            for number, level in enumerate(pyramid.levels)
            for window, votes in self._detector.windows(
                level.grey,
                (SIZES[0][0], 0 if number == len(pyramid.levels) - 1 else SIZES[-1][1]),
                self._detector.search.step,
                self._detector.search.neighbours,
            )
        ]
        return without_doubles(found)

    def go_on(self, pyramid: GreyPyramid, at: float, until: float) -> list[Box]:
        """Search the pieces that are due at `at` seconds of the stream, but begin none after `until` on the clock.

        One piece is searched even then, so that a machine under load still gets around, only more slowly.
        """
        passed = 0.0 if self._at is None else max(at - self._at, 0.0)
        self._at = at
        self._owed = min(self._owed + passed / ROUND_S * len(self._pieces), len(self._pieces))
        found: list[tuple[Box, int]] = []
        while self._owed >= 1:
            self._owed -= 1
            piece = self._pieces[self._next]
            self._next = (self._next + 1) % len(self._pieces)
            level = pyramid.levels[piece.level]
            band = level.grey[piece.top : piece.bottom]
            for (x, y, width, height), votes in self._detector.windows(band, piece.sizes, STEP, NEIGHBOURS):
                found.append((pyramid.inside(level.to_picture(x, y + piece.top, width, height)), votes))
            if self._clock() >= until:
                self._owed = min(self._owed, 1.0)  # what there was no time for is not owed to the next frame
                break
        return without_doubles(found)

    def look_here(self, pyramid: GreyPyramid, region: Box) -> list[Box]:
        """Search all sizes in one region: something changed there."""
        found = []
        for level in pyramid.levels:
            grey, left, top = level.crop(region, 0.0)
            for (x, y, width, height), votes in self._detector.windows(
                grey, (SIZES[0][0], SIZES[-1][1]), STEP, NEIGHBOURS
            ):
                found.append((pyramid.inside(level.to_picture(x + left, y + top, width, height)), votes))
        return without_doubles(found)


def without_doubles(found: list[tuple[Box, int]]) -> list[Box]:
    """Boxes with their votes, without those that overlap one with more votes."""
    kept: list[Box] = []
    for box, _ in sorted(found, key=lambda pair: -pair[1]):
        if all(box.overlap(other) < SAME_FACE for other in kept):
            kept.append(box)
    return kept

"""Where captions stand: readable in a full gallery, on no neighbour's face and on no other caption."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotion.faces import Box, Face
from emotion.labels import Emotion
from emotion.plates import LARGEST_KEPT_PX, SMALLEST_TEXT_PX, plate_size

TEXT_SHARE = 0.15
"""Height of the font as a share of the face's."""
SLACK_PX = 6
"""Room that a better place must have to spare before a caption moves there: boxes jitter, captions should not."""

Rectangles = npt.NDArray[np.int64]
"""(n, 4): x1, y1, x2, y2 in pixels, x2 and y2 exclusive."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A plate with the marker of `emotion` and `words`, its top left corner at (`x`, `y`)."""

    emotion: Emotion | None
    words: str
    text_px: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class _Place:
    """One way to caption a face; the lower its `rank`, the better."""

    rank: int
    words: str
    x1: int
    y1: int
    x2: int
    y2: int

    def free(self, taken: Rectangles, slack: int = 0) -> bool:
        """Whether it touches none of `taken`, nor comes nearer than `slack`."""
        return not bool(
            np.any(
                (taken[:, 0] < self.x2 + slack)
                & (taken[:, 2] > self.x1 - slack)
                & (taken[:, 1] < self.y2 + slack)
                & (taken[:, 3] > self.y1 - slack)
            )
        )


class CaptionLayout:
    """Places the captions of one stream's or one photo's faces.

    It remembers by `track_id` where each face's caption stood, and leaves it there while there is room; one thread at
    a time.
    """

    def __init__(self) -> None:
        self._ranks: dict[int, int] = {}

    def place(self, faces: Sequence[Face], texts: Sequence[Sequence[str]], width: int, height: int) -> list[Caption]:
        """A caption for each face, in a picture of this size; `texts` holds each face's words, longest first.

        Above the face, else below, else inside its box; the longest words that find room, else the marker alone,
        which always finds some inside the face's own box.
        """
        boxes = np.array([corners(face.box) for face in faces], np.int64).reshape(-1, 4)
        taken = np.empty((0, 4), np.int64)
        captions, ranks = [], {}
        for number, (face, words) in enumerate(zip(faces, texts, strict=True)):
            text_px = int(np.clip(round(face.box.height * TEXT_SHARE), SMALLEST_TEXT_PX, 2 * LARGEST_KEPT_PX))
            others = np.concatenate([np.delete(boxes, number, axis=0), taken])
            before = None if face.track_id is None else self._ranks.get(face.track_id)
            chosen = choose(places(face.box, words, text_px, width, height), others, before)
            taken = np.concatenate([taken, [(chosen.x1, chosen.y1, chosen.x2, chosen.y2)]])
            captions.append(Caption(face.emotion, chosen.words, text_px, chosen.x1, chosen.y1))
            if face.track_id is not None:
                ranks[face.track_id] = chosen.rank
        self._ranks = ranks
        return captions


def choose(candidates: Sequence[_Place], taken: Rectangles, before: int | None) -> _Place:
    """The best free place; the one of rank `before` stays until a better one has room to spare."""
    for place in candidates[:-1]:
        settled = before is None or place.rank >= before
        if place.free(taken, 0 if settled else SLACK_PX):
            return place
    return candidates[-1]


def places(box: Box, words: Sequence[str], text_px: int, width: int, height: int) -> list[_Place]:
    """All ways to caption a face, best first; the last is the marker alone inside its box."""
    found = []
    inside: list[_Place] = []
    for text in (*words, ""):
        plate_width, plate_height = plate_size(text, text_px)
        x1 = max(min(box.x1, width - plate_width), 0)
        tops = [box.y1 - plate_height, box.y2] if text else []
        for top in tops:
            if 0 <= top <= height - plate_height:
                found.append((text, x1, top, plate_width, plate_height))
        if plate_width <= box.width or not text:
            top = max(min(box.y1, height - plate_height), 0)
            inside.append(_Place(0, text, x1, top, x1 + plate_width, top + plate_height))
    outside = [_Place(0, text, x, y, x + w, y + h) for text, x, y, w, h in found]
    # Ranks are places in the full order, so that the same rank means the same place while the words stay as long.
    return [
        _Place(rank, place.words, place.x1, place.y1, place.x2, place.y2)
        for rank, place in enumerate([*outside, *inside])
    ]


def corners(box: Box) -> tuple[int, int, int, int]:
    return box.x1, box.y1, box.x2, box.y2

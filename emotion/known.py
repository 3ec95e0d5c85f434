"""One face that a stream knows: where it is, how sure that is, and what was last read of it."""

import numpy as np
import numpy.typing as npt

from emotion.faces import Box
from emotion.glance import Patch
from emotion.pyramid import GreyPyramid

LOOK_EVERY_S = 0.5
GOOD_FIT = 0.7
"""Correlation with its last look from which on a face counts as followed."""
UNCHANGED_FIT = 0.995
CHANGED_FIT = 0.97
READ_EVERY_S = 0.25
READ_UNCHANGED_EVERY_S = 1.0
TRIES = 3
"""Looks within which a second cascade has to agree on a new face."""
GONE_S = 0.8
"""A face that is neither found nor followed for this long is gone; the tracker keeps its number a little longer."""
TURNED_AWAY_S = 2.5
"""A face that still looks as it did, but is not found any more, may have turned, or never have been one."""
MOST_OF_OLD = 0.6
"""Share of the old box in the new one while it stays about where it was: Haar boxes jump by some pixels."""
NEARLY = 0.75


class KnownFace:
    """Mutable; belongs to the thread of its stream. Times are seconds on the stream's clock."""

    def __init__(self, pyramid: GreyPyramid, box: Box, at: float, shown: bool) -> None:
        self.box = box
        self.shown = shown
        self.agreed = 0
        """How many second looks found it."""
        self.scores: npt.NDArray[np.float32] | None = None
        self.obstacle: str | None = None
        self.read_at = -np.inf
        self.fit = 1.0
        self._patch = Patch(pyramid, box)
        self._misses = 0
        self._seen_at = at
        self._looked_at = -np.inf

    def take_over(self, other: "KnownFace") -> None:
        """Go on with what was known of `other`, the same face before a new search."""
        self.agreed = other.agreed
        self.scores, self.obstacle = other.scores, other.obstacle

    @property
    def tries(self) -> int:
        """Second looks in vain since the last that found it."""
        return self._misses

    @property
    def lost(self) -> bool:
        return self.fit < GOOD_FIT

    def follow(self, pyramid: GreyPyramid) -> None:
        """Move with the picture."""
        box, self.fit = self._patch.follow(pyramid, self.box)
        if not self.lost:
            self.box = box

    def due(self, at: float) -> bool:
        """Whether it should be looked at again."""
        return self.lost or not self.agreed or at - self._looked_at >= LOOK_EVERY_S

    def urgency(self, at: float) -> tuple[bool, bool, float]:
        """Larger for faces to be looked at sooner."""
        return (not self.agreed, self.lost, at - self._looked_at)

    def seen(self, pyramid: GreyPyramid, found: Box, at: float) -> None:
        """A second look found it."""
        self.box = blend(self.box, found) if found.overlap(self.box) > NEARLY else found
        self._patch = Patch(pyramid, self.box)
        self._misses = 0
        self._seen_at = self._looked_at = at
        self.agreed += 1
        self.shown = True

    def missed(self, at: float) -> None:
        """A second look did not find it."""
        self._misses += 1
        self._looked_at = at

    def gone(self, at: float) -> bool:
        """Whether to forget it."""
        if not self.agreed:
            return self._misses >= TRIES
        if not self._misses:
            return False
        return at - self._seen_at > (GONE_S if self.lost else TURNED_AWAY_S)

    def to_read(self, at: float) -> bool:
        """Whether the network should read it anew."""
        if self.scores is None or self.fit < CHANGED_FIT:
            return True
        return at - self.read_at >= (READ_UNCHANGED_EVERY_S if self.fit > UNCHANGED_FIT else READ_EVERY_S)

    def read(self, scores: npt.NDArray[np.float32], obstacle: str | None, at: float) -> None:
        """What the network answered, probabilities (7,), and what stood in its way."""
        self.scores, self.obstacle, self.read_at = scores, obstacle, at


def blend(old: Box, new: Box) -> Box:
    """A box between two that lie nearly alike."""
    corners = (
        round(MOST_OF_OLD * a + (1 - MOST_OF_OLD) * b)
        for a, b in zip((old.x1, old.y1, old.x2, old.y2), (new.x1, new.y1, new.x2, new.y2), strict=True)
    )
    return Box(*corners)

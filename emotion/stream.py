"""The analyzer of one live stream: what was known of the last frames makes the next one cheap."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from emotion.analyzer import crop_faces, name_faces
from emotion.classifier import EmotionClassifier
from emotion.detector import LIVE, HaarDetector, in_reading_order
from emotion.faces import Box, Face, RGBImage, Scores
from emotion.glance import look_again
from emotion.known import KnownFace
from emotion.labels import EMOTIONS
from emotion.obstacles import obstacle
from emotion.pyramid import GreyPyramid
from emotion.rounds import SAME_FACE, Rounds
from emotion.scene import SceneWatch
from emotion.tracker import FaceTracker

FRAME_S = 0.020
"""Time for one frame's search; what is over it waits for the next frame."""
LOOKS = 5
"""Second looks a frame, at least one: more only cost time, as each face is due once in `LOOK_EVERY_S`."""
MOST_READ = 12
"""Faces that one frame reads; the others keep their scores until the next."""
START_OVER_EVERY_S = 0.7
"""However wild a picture is, it is searched as a whole no more often than this."""


class StreamAnalyzer:
    """Faces of one stream's pictures, in the order in which they come; one thread at a time.

    A new scene is searched as a whole. From then on known faces are followed from frame to frame and looked at again
    in turn, while the whole picture is searched piece by piece for new ones; a face found that way counts once a
    second cascade has agreed. The network reads faces that are new, changed, or have not been read for a while.
    `clock` gives monotonic seconds.
    """

    def __init__(
        self,
        classifier: EmotionClassifier,
        detector: HaarDetector | None = None,
        second: HaarDetector | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._classifier = classifier
        self._detector = detector or HaarDetector(LIVE)
        self._second = second or HaarDetector.second_opinion()
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Forget everything, as when a stream begins; face numbers go on from 1."""
        self._rounds = Rounds(self._detector, self._clock)
        self._watch = SceneWatch()
        self._tracker = FaceTracker(unsure_below=self._classifier.card.unsure_below)
        self._known: list[KnownFace] = []
        self._started = -np.inf

    def analyze(self, image: RGBImage, at: float | None = None) -> list[Face]:
        """Faces of an RGB picture, uint8 (height, width, 3), seen at `at` seconds (now, if not given).

        In reading order, each with its number (`track_id`) and with scores that are smoothed over time.
        """
        now = self._clock()
        try:
            return self._analyze(image, now, now if at is None else at)
        except Exception:
            self._watch = SceneWatch()  # what failed half-way is begun anew with the next picture
            raise

    def _analyze(self, image: RGBImage, now: float, at: float) -> list[Face]:
        pyramid = self._detector.search.pyramid(image)
        change = self._watch.look(pyramid)
        if change.cut:
            self._known = []
            self._tracker.clear()
            self._start_over(pyramid, at)
        else:
            self._follow(pyramid)
            if self._lost_most() and at - self._started > START_OVER_EVERY_S:
                self._start_over(pyramid, at)
            else:
                self._look(pyramid, at, now + FRAME_S / 2)
                self._search_on(pyramid, at, now + FRAME_S, change.regions)
        return self._name(image, at)

    def _start_over(self, pyramid: GreyPyramid, at: float) -> None:
        """Search the whole picture; faces known before stay known where they are found again."""
        self._started = at
        before = self._known
        self._known = []
        for box in self._rounds.begin(pyramid):
            known = next((k for k in before if k.box.overlap(box) > SAME_FACE), None)
            fresh = KnownFace(pyramid, box, at, shown=True)
            if known is not None:
                fresh.take_over(known)
            self._known.append(fresh)

    def _follow(self, pyramid: GreyPyramid) -> None:
        for known in self._known:
            known.follow(pyramid)
        self._drop_doubles()

    def _lost_most(self) -> bool:
        """Whether most shown faces are no more where they were: another scene, too alike to be seen as one."""
        shown = [known for known in self._known if known.shown]
        return bool(shown) and sum(known.lost for known in shown) > len(shown) / 2

    def _look(self, pyramid: GreyPyramid, at: float, until: float) -> None:
        """Look again at those faces that are due, the most urgent first; forget those that are gone."""
        due = sorted((known for known in self._known if known.due(at)), key=lambda known: known.urgency(at))
        for number, known in enumerate(reversed(due)):
            if number >= LOOKS or (number and self._clock() >= until):
                break
            detector = self._detector if known.agreed else self._second
            found = look_again(detector, pyramid, known.box, known.tries)
            if found is None:
                known.missed(at)
            else:
                known.seen(pyramid, found, at)
        self._known = [known for known in self._known if not known.gone(at)]

    def _search_on(self, pyramid: GreyPyramid, at: float, until: float, regions: Sequence[Box]) -> None:
        """Search where something changed, then the next pieces of the round; new faces wait for a second opinion."""
        found: list[Box] = []
        for region in regions:
            found += self._rounds.look_here(pyramid, region)
            if self._clock() >= until:
                break
        found += self._rounds.go_on(pyramid, at, until)
        for box in found:
            if all(known.box.overlap(box) <= SAME_FACE / 2 for known in self._known):
                self._known.append(KnownFace(pyramid, box, at, shown=False))

    def _drop_doubles(self) -> None:
        """Of two faces that moved onto each other keep the one that was seen more often."""
        kept: list[KnownFace] = []
        for known in sorted(self._known, key=lambda known: -known.agreed):
            if all(known.box.overlap(other.box) <= 2 * SAME_FACE for other in kept):
                kept.append(known)
        self._known = kept

    def _name(self, image: RGBImage, at: float) -> list[Face]:
        """The shown faces with their numbers and scores; one call of the network for those that need it."""
        shown = [known for known in self._known if known.shown]
        order = in_reading_order([known.box for known in shown])
        shown.sort(key=lambda known: order.index(known.box))
        boxes = [known.box for known in shown]
        self._read(image, shown, at)
        ids = self._tracker.assign(boxes, at)
        rows = np.array([known.scores for known in shown], np.float32).reshape(-1, len(EMOTIONS))
        scores: Scores = self._tracker.smooth(ids, rows, at)
        faces = name_faces(boxes, scores, self._classifier.card.unsure_below)
        return [
            replace(face, track_id=track, obstacle=known.obstacle)
            for face, track, known in zip(faces, ids, shown, strict=True)
        ]

    def _read(self, image: RGBImage, shown: Sequence[KnownFace], at: float) -> None:
        """Have the network read the faces that need it most; a face without scores always does."""
        # Faces taken over after a cut have scores and were not read since, as new ones were not: these come first.
        need = (known for known in shown if known.to_read(at))
        urgent = sorted(need, key=lambda known: (known.scores is not None, known.read_at))
        unread = sum(known.scores is None for known in urgent)
        chosen = urgent[: max(MOST_READ, unread)]
        crops = crop_faces(image, [known.box for known in chosen])
        for known, row, crop in zip(chosen, self._classifier.predict(crops), crops, strict=True):
            known.read(row, obstacle(known.box, crop[:, :, 0]), at)

"""What becomes of one page's lesson: its draft, and, once asked for, its saving."""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from emotion.lesson import Lesson
from emotion.store.drafts import DraftKeeper
from emotion.store.rows import clean_title
from emotion.store.saver import LessonSaver, Saving

logger = logging.getLogger(__name__)

DRAFT_EVERY_S = 30.0
SAVE_EVERY_S = 60.0
SAVED_SOON_S = 0.5


@dataclass
class _Followed:
    """A lesson that is followed: the key of its draft, and, once it is to be saved, its title and id."""

    lesson: Lesson
    key: str
    title: str = ""
    id: str = ""
    drafted: Lesson | None = None
    drafted_at: float = float("-inf")
    handed: Lesson | None = None
    handed_at: float = float("-inf")


class LessonKeeping:
    """One session's lesson, followed by its page every few seconds; one thread at a time.

    Before it is asked to save, a draft is kept, at most a minute behind. From then on what is new is saved every
    minute and at the end. The draft goes once the database has acknowledged the lesson, or when it is erased.
    `recovered` is what the first lesson is if it comes out of a draft, and `key` that draft's: its day goes on.
    """

    def __init__(
        self,
        saver: LessonSaver,
        drafts: DraftKeeper,
        key: str = "",
        recovered: Lesson | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._saver = saver
        self._drafts = drafts
        self._clock = clock
        self._next_key = key
        self._recovered = recovered
        self._current: _Followed | None = None
        self._left: list[_Followed] = []
        self.trouble = ""
        """Why no draft could be kept, in plain words; empty where it could."""

    @property
    def keys(self) -> list[str]:
        """Keys under which drafts may be: that of the current lesson, and of those that still wait to be saved."""
        followed = [*self._left, *([self._current] if self._current else [])]
        return [one.key for one in followed] if self._drafts.keeps else []

    @property
    def asked(self) -> bool:
        """Whether the current lesson is to be saved."""
        return bool(self._current and self._current.id)

    @property
    def saving(self) -> Saving:
        """How far the current lesson is saved."""
        return self._saver.state(self._current.id) if self._current else Saving()

    def follow(self, lesson: Lesson) -> None:
        """Look at the lesson so far, and keep or save what is due; one without windows means that it was erased."""
        current = self._current
        if current is not None and (not lesson.windows or lesson.started != current.lesson.started):
            self._leave(current)
            current = self._current = None
        self._left = [left for left in self._left if not self._is_done(left)]
        if not lesson.windows:
            return
        if current is None:
            key = self._next_key or secrets.token_urlsafe(16)
            current = self._current = _Followed(lesson, key, drafted=self._recovered)
            self._next_key, self._recovered = "", None
        current.lesson = replace(lesson, title=current.title) if current.id else lesson
        handed_over = bool(current.id) and self._save_what_is_new(current)
        if not handed_over or self.saving.waiting:
            self._draft(current)
        elif self._is_done(current):
            current.drafted = None

    def save(self, title: str) -> None:
        """Save the current lesson under this title, now and as it goes on.

        Raises:
            ValueError: there is no lesson, its title is too long, or too many lessons wait.
        """
        current = self._current
        if current is None:
            raise ValueError("there is nothing to save yet")
        lesson = replace(current.lesson, title=clean_title(title))
        known = current.id if current.id and not self.saving.deleted else None  # asked anew, it is made anew
        current.id = self._saver.save(lesson, known)
        current.lesson, current.title = lesson, lesson.title
        current.handed, current.handed_at = lesson, self._clock()
        self._saver.wait(current.id, SAVED_SOON_S)

    def discard(self) -> None:
        """Forget the current lesson, and its draft, unless it waits to be saved."""
        if self._current is not None:
            self._leave(self._current)
            self._current = None

    def _save_what_is_new(self, current: _Followed) -> bool:
        """Hand over what is due; false where that was refused, so that its draft is needed on."""
        due = self._clock() - current.handed_at >= SAVE_EVERY_S or current.lesson.ended is not None
        if due and current.lesson != current.handed and not self.saving.deleted:
            try:
                self._saver.save(current.lesson, current.id)
            except ValueError as error:  # too many wait
                logger.warning("a lesson is saved later: %s", error)
                return False
            current.handed, current.handed_at = current.lesson, self._clock()
        return True

    def _draft(self, current: _Followed) -> None:
        self._drafts.hold(current.key)
        due = self._clock() - current.drafted_at >= DRAFT_EVERY_S or current.lesson.ended is not None
        if not due or current.lesson == current.drafted:
            return
        try:
            self._drafts.keep(current.key, current.lesson)
        except OSError as error:
            logger.warning("no draft of a lesson could be kept: %s", error)
            self.trouble = error.strerror or str(error)
        else:
            self.trouble = ""
            current.drafted = current.lesson
        current.drafted_at = self._clock()

    def _leave(self, one: _Followed) -> None:
        """It was erased from the page. What waits to be saved was asked for: its draft stays until that is done."""
        self.trouble = ""
        if one.id and self._saver.state(one.id).waiting:
            self._left.append(one)
        else:
            self._discard(one.key)

    def _is_done(self, one: _Followed) -> bool:
        """Whether nothing waits to be saved any more; then its draft is removed."""
        if self._saver.state(one.id).waiting:
            return False
        self._discard(one.key)
        return True

    def _discard(self, key: str) -> None:
        try:
            self._drafts.discard(key)
        except OSError as error:  # as on a disk that has become read-only
            logger.warning("a draft could not be removed, it expires: %s", error)

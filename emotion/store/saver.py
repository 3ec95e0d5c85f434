"""Saving on a thread of its own, so that a database that is slow, down or full stops nothing else."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from emotion.lesson import Lesson
from emotion.store.lessons import LessonStore

logger = logging.getLogger(__name__)

WAITS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Before each further try; the last again and again."""
MOST_WAITING = 100
MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Saving:
    """How far a lesson is saved: `saved` is the snapshot that the database acknowledged, `None` before the first.

    `waiting` is true while a later one is to be saved; `trouble` says why it could not be yet, in plain words, or is
    empty. `deleted` is true once somebody deleted it from the store.
    """

    saved: Lesson | None = None
    waiting: bool = False
    trouble: str = ""
    deleted: bool = False


class LessonSaver:
    """Saves snapshots of lessons one after the other, and tries again until the store takes them; any thread may call.

    Of each lesson only the newest snapshot waits, in memory. The thread begins with the first lesson and dies with
    the process: what still waits then is in the draft.
    """

    def __init__(self, store: LessonStore, waits_s: Sequence[float] = WAITS_S) -> None:
        self._store = store
        self._waits_s = waits_s
        self._change = threading.Condition()
        self._waiting: OrderedDict[str, Lesson] = OrderedDict()
        self._known: OrderedDict[str, Saving] = OrderedDict()
        self._thread: threading.Thread | None = None
        self._closed = False

    def save(self, lesson: Lesson, lesson_id: str | None = None) -> str:
        """Ask for a lesson to be saved, and return the id that it has or will have.

        The first time it is made; with the id of an earlier call it is brought up to date, or, if it was deleted
        meanwhile, left deleted.

        Raises:
            ValueError: so many lessons wait that memory would suffer.
        """
        lesson_id = lesson_id or uuid4().hex
        with self._change:
            if lesson_id not in self._waiting and len(self._waiting) >= MOST_WAITING:
                raise ValueError(f"{MOST_WAITING} lessons wait for the database already: try again when it answers")
            self._waiting[lesson_id] = lesson
            self._remember(lesson_id, replace(self.state(lesson_id), waiting=True))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="lesson-saver", daemon=True)
                self._thread.start()
            self._change.notify_all()
        return lesson_id

    def state(self, lesson_id: str) -> Saving:
        """How far the lesson of this id is saved."""
        return self._known.get(lesson_id, Saving())

    def wait(self, lesson_id: str, at_most_s: float) -> None:
        """Wait until a lesson is saved or in trouble, but not for long: a page then answers at once."""
        with self._change:
            self._change.wait_for(lambda: not self.state(lesson_id).waiting or self.state(lesson_id).trouble, at_most_s)

    def close(self) -> None:
        """End the thread after what it is doing; nothing is waited for."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _remember(self, lesson_id: str, saving: Saving) -> None:
        self._known[lesson_id] = saving
        self._known.move_to_end(lesson_id)
        while len(self._known) > MOST_REMEMBERED:
            oldest = next((k for k in self._known if k not in self._waiting), lesson_id)
            del self._known[oldest]

    def _work(self) -> None:
        tries = 0
        while True:
            with self._change:
                while not self._waiting and not self._closed:
                    self._change.wait()
                if self._closed:
                    return
                lesson_id, lesson = next(iter(self._waiting.items()))
                before = self.state(lesson_id)
            trouble = self._try(lesson_id, lesson, before)
            with self._change:
                if trouble:
                    # All of them: none will fare better. A refused title does not come here, it is checked before.
                    for waiting in self._waiting:
                        self._remember(waiting, replace(self.state(waiting), trouble=trouble))
                    self._change.notify_all()
                    self._waiting.move_to_end(lesson_id)
                    self._change.wait_for(lambda: self._closed, self._waits_s[min(tries, len(self._waits_s) - 1)])
                    tries += 1
                else:
                    tries = 0

    def _try(self, lesson_id: str, lesson: Lesson, before: Saving) -> str:
        """Save it and note that; else the trouble, in plain words."""
        try:
            if before.saved is None and not before.deleted:
                self._store.save(lesson, lesson_id)
                there = True
            else:
                there = not before.deleted and self._store.append(lesson, lesson_id)
                if there and before.saved and lesson.title != before.saved.title:
                    self._store.rename(lesson_id, lesson.title)
        except LookupError:  # deleted between the two
            there = False
        except (OSError, ValueError) as error:
            logger.warning("a lesson waits to be saved: %s", error)
            return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        except Exception as error:  # the thread must live: all lessons of all pages are saved by it
            logger.exception("a lesson waits to be saved")
            return f"the database failed in a way that was not foreseen ({type(error).__name__})"
        with self._change:
            newer = self._waiting.get(lesson_id) is not lesson
            if not newer:
                del self._waiting[lesson_id]
            saved = lesson if there else before.saved
            self._remember(lesson_id, Saving(saved, waiting=newer, deleted=not there))
            self._change.notify_all()
        return ""

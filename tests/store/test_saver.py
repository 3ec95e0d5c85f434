"""Saving in the background: a database that is down stops nothing, and gets every lesson when it is back."""

import errno
import time
from dataclasses import replace

import pytest

from emotion.store import LessonSaver, LessonStore
from emotion.store.saver import MOST_WAITING
from tests.lessons import made_up_lesson

WAITS_S = (0.02,)


class Store:
    """A store in memory that can be out of order."""

    def __init__(self) -> None:
        self.lessons = {}
        self.trouble = None
        self.calls = 0

    def _work(self) -> None:
        self.calls += 1
        if self.trouble is not None:
            raise self.trouble

    def save(self, lesson, lesson_id):
        self._work()
        self.lessons[lesson_id] = lesson

    def append(self, lesson, lesson_id):
        self._work()
        if lesson_id not in self.lessons:
            return False
        self.lessons[lesson_id] = replace(lesson, title=self.lessons[lesson_id].title)
        return True

    def rename(self, lesson_id, title):
        self._work()
        self.lessons[lesson_id] = replace(self.lessons[lesson_id], title=title)


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def saver(store):
    saver = LessonSaver(store, WAITS_S)
    yield saver
    saver.close()


def eventually(what, within_s=20.0):
    deadline = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


def test_a_lesson_is_saved_soon(saver, store):
    lesson = made_up_lesson(3)
    lesson_id = saver.save(lesson)
    eventually(lambda: not saver.state(lesson_id).waiting)
    assert saver.state(lesson_id).saved is lesson
    assert store.lessons == {lesson_id: lesson}
    assert saver.state("other").saved is None


def test_it_waits_in_memory_and_the_newest_snapshot_is_saved(saver, store):
    store.trouble = ConnectionError("the database does not answer")
    whole = made_up_lesson(5)
    lesson_id = saver.save(replace(whole, windows=whole.windows[:2]))
    eventually(lambda: saver.state(lesson_id).trouble)
    assert saver.state(lesson_id).trouble == "the database does not answer"
    assert saver.state(lesson_id).waiting
    saver.save(whole, lesson_id)
    calls = store.calls
    eventually(lambda: store.calls > calls + 3)  # it goes on trying
    store.trouble = None
    eventually(lambda: not saver.state(lesson_id).waiting)
    assert store.lessons == {lesson_id: whole}
    assert saver.state(lesson_id).trouble == ""


def test_several_lessons_wait_and_each_is_told_why(saver, store):
    store.trouble = OSError(errno.ENOSPC, "the disk of the database is full")
    ids = [saver.save(made_up_lesson(1, seed=seed)) for seed in range(3)]
    eventually(lambda: all(saver.state(i).trouble == "the disk of the database is full" for i in ids))
    store.trouble = None
    eventually(lambda: not any(saver.state(i).waiting for i in ids))
    assert [*store.lessons] != []
    assert set(store.lessons) == set(ids)


def test_a_deleted_lesson_stays_deleted(saver, store):
    lesson = made_up_lesson(2)
    lesson_id = saver.save(lesson)
    eventually(lambda: not saver.state(lesson_id).waiting)
    store.lessons.clear()
    saver.save(made_up_lesson(3), lesson_id)
    eventually(lambda: saver.state(lesson_id).deleted)
    saver.save(made_up_lesson(4), lesson_id)
    eventually(lambda: not saver.state(lesson_id).waiting)
    assert store.lessons == {}


def test_a_title_that_was_changed_elsewhere_stays_until_the_page_changes_its_own(saver, store):
    lesson = made_up_lesson(2, title="first")
    lesson_id = saver.save(lesson)
    eventually(lambda: not saver.state(lesson_id).waiting)
    store.rename(lesson_id, "elsewhere")
    saver.save(replace(made_up_lesson(3), title="first"), lesson_id)
    eventually(lambda: not saver.state(lesson_id).waiting)
    assert store.lessons[lesson_id].title == "elsewhere"
    saver.save(replace(made_up_lesson(3), title="second"), lesson_id)
    eventually(lambda: not saver.state(lesson_id).waiting)
    assert store.lessons[lesson_id].title == "second"


def test_a_failure_that_nobody_foresaw_does_not_end_the_saving_of_all_lessons(saver, store):
    store.trouble = RuntimeError("a mapping without a column")
    ids = [saver.save(made_up_lesson(1, seed=seed)) for seed in range(2)]
    eventually(lambda: all("not foreseen (RuntimeError)" in saver.state(i).trouble for i in ids))
    store.trouble = None
    eventually(lambda: not any(saver.state(i).waiting for i in ids))
    assert set(store.lessons) == set(ids)


def test_memory_is_bounded(saver, store):
    store.trouble = ConnectionError("the database does not answer")
    ids = [saver.save(made_up_lesson(0)) for _ in range(MOST_WAITING)]
    with pytest.raises(ValueError, match=f"{MOST_WAITING} lessons wait"):
        saver.save(made_up_lesson(0))
    saver.save(made_up_lesson(1), ids[0])  # one that waits may grow


@pytest.mark.slow
def test_a_postgresql_that_is_down_at_first_and_dies_in_between(cluster):
    """On a server of the tests that is really stopped."""
    url = cluster.create_database()
    cluster.stop()
    store = LessonStore(url)
    saver = LessonSaver(store, (0.1,))
    try:
        whole = made_up_lesson(40)
        lesson_id = saver.save(replace(whole, ended=None, windows=whole.windows[:10]))
        eventually(lambda: saver.state(lesson_id).trouble == "the database does not answer")
        cluster.start()
        eventually(lambda: not saver.state(lesson_id).waiting)
        assert len(store.get(lesson_id).windows) == 10

        cluster.stop()
        saver.save(whole, lesson_id)
        eventually(lambda: saver.state(lesson_id).trouble == "the database does not answer")
        with pytest.raises(ConnectionError, match="does not answer"):
            store.search()
    finally:
        cluster.start()
    eventually(lambda: not saver.state(lesson_id).waiting)
    assert store.get(lesson_id) == whole
    saver.close()
    store.close()

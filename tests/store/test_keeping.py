"""A session's lesson from its first window to its saving or its erasure, with real drafts and a real saver."""

from dataclasses import replace

import pytest

from emotion.store import DraftKeeper, LessonSaver
from emotion.store.drafts import HELD_S
from emotion.store.keeping import DRAFT_EVERY_S, SAVE_EVERY_S, LessonKeeping
from tests.lessons import made_up_lesson
from tests.store.test_saver import Store, eventually

WHOLE = made_up_lesson(100, title="")
NOTHING = made_up_lesson(0, title="", ended=False)


def after(windows: int):
    """The lesson while it goes on."""
    return replace(WHOLE, ended=None, windows=WHOLE.windows[:windows])


class Page:
    """What a page has, with a clock that tests turn."""

    def __init__(self, folder):
        self.s = 0.0
        self.store = Store()
        self.saver = LessonSaver(self.store, (0.02,))
        self.folder = folder
        self.drafts = DraftKeeper(folder, lambda: self.s)
        self.keeping = LessonKeeping(self.saver, self.drafts, clock=lambda: self.s)

    def follow(self, lesson, wait_s=0.0):
        self.s += wait_s
        self.keeping.follow(lesson)

    def files(self):
        return [*self.folder.iterdir()] if self.folder.is_dir() else []

    def saved(self):
        eventually(lambda: not self.keeping.saving.waiting)
        return [*self.store.lessons.values()]


@pytest.fixture
def page(tmp_path):
    page = Page(tmp_path / "drafts")
    yield page
    page.saver.close()


def test_nothing_is_saved_unasked_but_a_draft_at_most_a_minute_behind(page):
    page.follow(NOTHING)
    assert page.files() == []
    for windows in range(1, 60):
        page.follow(after(windows), 5.0)
        # What another session would find after a crash now.
        (key,) = page.keeping.keys
        kept = DraftKeeper(page.folder).find(key)
        assert 5.0 * (windows - len(kept.windows)) <= DRAFT_EVERY_S
    assert page.store.calls == 0
    assert not page.keeping.asked


def test_an_erased_lesson_leaves_no_draft(page):
    page.follow(after(3), 5.0)
    assert len(page.files()) == 1
    page.follow(NOTHING, 5.0)
    assert page.files() == []
    assert page.keeping.keys == []


def test_the_next_lesson_has_a_key_of_its_own(page):
    page.follow(after(3), 5.0)
    first = page.keeping.keys
    page.follow(replace(made_up_lesson(3, seed=9), ended=None), 5.0)
    assert page.keeping.keys != first
    assert len(page.files()) == 1


def test_a_saved_lesson_leaves_no_draft_and_grows_until_its_end(page):
    page.follow(after(12), 5.0)
    page.keeping.save(" Algebra ")
    assert page.keeping.asked
    (lesson,) = page.saved()
    assert lesson == replace(after(12), title="Algebra")
    page.follow(after(13), 5.0)
    assert page.files() == []
    assert page.store.lessons[page.keeping._current.id].windows == WHOLE.windows[:12]
    page.follow(after(25), SAVE_EVERY_S)
    (lesson,) = page.saved()
    assert len(lesson.windows) == 25
    page.follow(WHOLE, 5.0)
    (lesson,) = page.saved()
    assert lesson == replace(WHOLE, title="Algebra")
    calls = page.store.calls
    page.follow(WHOLE, SAVE_EVERY_S)
    page.saved()
    assert page.store.calls == calls
    assert page.files() == []


def test_while_the_database_is_down_there_is_a_draft(page):
    page.store.trouble = ConnectionError("the database does not answer")
    page.follow(after(12), 5.0)
    page.keeping.save("Algebra")
    page.follow(after(20), 40.0)
    eventually(lambda: page.keeping.saving.trouble)
    (key,) = page.keeping.keys
    assert DraftKeeper(page.folder).find(key) == replace(after(20), title="Algebra")
    page.follow(WHOLE, 5.0)
    page.store.trouble = None
    assert page.saved() == [replace(WHOLE, title="Algebra")]
    page.follow(WHOLE, 5.0)
    assert page.files() == []


def test_an_erased_page_still_saves_what_was_asked_for(page):
    """With the database down a teacher must erase to begin the next lesson."""
    page.store.trouble = ConnectionError("the database does not answer")
    page.follow(WHOLE, 5.0)
    page.keeping.save("Algebra")
    lesson_id = page.keeping._current.id
    page.follow(NOTHING, 5.0)
    assert not page.keeping.asked
    assert len(page.files()) == 1
    page.store.trouble = None
    eventually(lambda: not page.saver.state(lesson_id).waiting)
    page.follow(NOTHING, 5.0)
    assert page.files() == []
    assert page.store.lessons == {lesson_id: replace(WHOLE, title="Algebra")}


def test_a_lesson_that_was_deleted_meanwhile_is_not_brought_back(page):
    page.follow(after(12), 5.0)
    page.keeping.save("Algebra")
    page.saved()
    page.store.lessons.clear()
    page.follow(WHOLE, 5.0)
    assert page.saved() == []
    assert page.keeping.saving.deleted
    page.follow(WHOLE, SAVE_EVERY_S)
    assert page.saved() == []
    assert page.files() == []


def test_after_a_crash_the_draft_is_recovered_saved_and_gone(page):
    page.follow(after(30), 5.0)
    (key,) = page.keeping.keys
    page.s += HELD_S + 1  # the session is gone
    found = page.drafts.find(key)
    assert found == after(30)
    again = LessonKeeping(page.saver, page.drafts, key, clock=lambda: page.s)
    again.follow(found)
    assert again.keys == [key]
    assert page.drafts.find(key) is None  # offered to nobody else meanwhile
    assert len(page.files()) == 1  # a second crash costs nothing
    again.save("Recovered")
    eventually(lambda: not again.saving.waiting)
    again.follow(found)
    assert page.files() == []
    assert [*page.store.lessons.values()] == [replace(after(30), title="Recovered")]


def test_a_disk_without_room_for_a_draft_is_told(page, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_text", full)
        page.follow(after(3), 5.0)
    assert page.keeping.trouble == "No space left on device"
    page.follow(after(10), DRAFT_EVERY_S)
    assert page.keeping.trouble == ""
    assert len(page.files()) == 1


def test_there_must_be_a_lesson_and_its_title_must_fit(page):
    with pytest.raises(ValueError, match="nothing to save"):
        page.keeping.save("x")
    page.follow(after(3), 5.0)
    with pytest.raises(ValueError, match="at most 200"):
        page.keeping.save("x" * 201)
    assert not page.keeping.asked


def test_a_recovered_draft_is_not_written_again_so_that_its_day_ends(page, tmp_path):
    page.follow(after(30), 5.0)
    (key,) = page.keeping.keys
    (file,) = page.files()
    written = file.stat().st_mtime_ns
    page.s += HELD_S + 1
    found = page.drafts.find(key)
    again = LessonKeeping(page.saver, page.drafts, key, found, clock=lambda: page.s)
    for _ in range(5):
        page.s += DRAFT_EVERY_S
        again.follow(found)
    assert file.stat().st_mtime_ns == written
    assert page.drafts.find(key) is None  # nobody else is offered it meanwhile
    again.discard()
    assert page.files() == []
    assert again.keys == []


def test_where_too_many_lessons_wait_a_saved_one_keeps_a_draft_and_is_handed_over_later(page, monkeypatch):
    page.follow(after(12), 5.0)
    page.keeping.save("Algebra")
    page.saved()

    def full(*_):
        raise ValueError("100 lessons wait for the database already")

    with monkeypatch.context() as patch:
        patch.setattr(page.saver, "save", full)
        page.follow(WHOLE, 5.0)
        page.follow(WHOLE, 5.0)
        assert len(page.files()) == 1
    page.follow(WHOLE, 5.0)
    assert page.saved() == [replace(WHOLE, title="Algebra")]
    page.follow(WHOLE, 5.0)
    assert page.files() == []


def test_a_draft_that_cannot_be_removed_stops_nothing(page, monkeypatch, caplog):
    page.follow(after(3), 5.0)

    def read_only(*_):
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(page.drafts, "discard", read_only)
        page.follow(NOTHING, 5.0)
    assert "Read-only file system" in caplog.text

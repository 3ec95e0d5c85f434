"""Saving, finding, changing and deleting lessons, on SQLite and on PostgreSQL."""

import errno
import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import event

from emotion.lesson import Marker
from emotion.store import LessonStore
from tests.lessons import made_up_lesson


def test_a_lesson_comes_back_as_it_was(store):
    lesson = made_up_lesson(25)
    assert store.get(store.save(lesson)) == lesson


def test_a_lesson_may_outlast_its_model(store):
    lesson = made_up_lesson(3)
    later = replace(lesson.windows[2], model="another network")
    mixed = replace(lesson, windows=(replace(lesson.windows[0], model=""), lesson.windows[1], later))
    read = store.get(store.save(mixed)).windows
    assert [window.model for window in read] == [lesson.model, lesson.model, "another network"]


def test_a_lesson_without_a_window_is_kept_too(store):
    lesson = replace(made_up_lesson(0), markers=())
    lesson_id = store.save(lesson)
    assert store.get(lesson_id) == lesson
    (found,), total = store.search()
    assert (found.windows, found.length_s, total) == (0, 0.0, 1)


def test_times_are_the_same_moment_in_utc(store):
    india = timezone(timedelta(hours=5, minutes=30))
    lesson = replace(made_up_lesson(2), started=datetime(2026, 11, 2, 1, 0, tzinfo=india), ended=None)
    found = store.get(store.save(lesson))
    assert found.started == lesson.started
    assert found.started.tzinfo is UTC
    with pytest.raises(ValueError, match="must know their zone"):
        store.save(replace(lesson, started=datetime(2026, 11, 2, 1, 0)))
    assert store.search()[1] == 1


def test_a_running_lesson_grows_and_saving_twice_changes_nothing(store):
    whole = made_up_lesson(30)
    begun = replace(whole, ended=None, windows=whole.windows[:10], markers=whole.markers[:1])
    lesson_id = store.save(begun)
    assert store.save(begun, lesson_id) == lesson_id
    assert store.get(lesson_id) == begun
    assert store.append(whole, lesson_id)
    assert store.append(whole, lesson_id)
    assert store.get(lesson_id) == whole
    # An older snapshot that was tried again late takes nothing back.
    store.save(begun, lesson_id)
    assert store.get(lesson_id) == whole
    assert store.search()[1] == 1


def test_a_window_that_is_counted_again_replaces_the_older(store):
    lesson = made_up_lesson(3)
    lesson_id = store.save(lesson)
    changed = replace(lesson, windows=(*lesson.windows[:2], replace(lesson.windows[2], faces_seen=7.0)))
    store.append(changed, lesson_id)
    assert store.get(lesson_id) == changed


def test_appending_neither_renames_nor_brings_back(store):
    lesson = made_up_lesson(3, title="mine")
    lesson_id = store.save(lesson)
    store.rename(lesson_id, "yours")
    assert store.append(lesson, lesson_id)
    assert store.get(lesson_id).title == "yours"
    store.delete(lesson_id)
    assert not store.append(lesson, lesson_id)
    assert store.search() == ([], 0)


def test_search_folds_letters_and_takes_no_wildcards(store):
    titles = ["Übung 1", "ÜBUNG 2", "100 % fractions", "a_b", "plain"]
    for day, title in enumerate(titles):
        store.save(made_up_lesson(2, seed=day, title=title))

    def found(words):
        return [summary.title for summary in store.search(words)[0]]

    assert found("übung") == ["ÜBUNG 2", "Übung 1"]
    assert found("U\u0308BUNG  1") == ["Übung 1"]
    assert found("%") == ["100 % fractions"]
    assert found("_") == ["a_b"]
    assert found("'; DROP TABLE lessons; --") == []
    assert len(found("")) == 5


def test_the_list_is_paged_newest_first(store):
    for day in range(7):
        store.save(made_up_lesson(day + 1, seed=day, title=f"day {day}"))
    first, total = store.search(page=0, page_size=3)
    last, _ = store.search(page=2, page_size=3)
    assert total == 7
    assert [s.title for s in first] == ["day 6", "day 5", "day 4"]
    assert [(s.title, s.windows, s.length_s) for s in last] == [("day 0", 1, 5.0)]
    assert store.search(page=9, page_size=3) == ([], 7)


def test_titles_are_one_line_that_every_database_takes(store):
    lesson_id = store.save(made_up_lesson(1, title=" two\nlines\0 \ud800 and  more "))
    assert store.get(lesson_id).title == "two lines and more"
    store.rename(lesson_id, "  ")
    assert store.get(lesson_id).title == "Lesson"
    store.rename(lesson_id, "🙂" * 200)
    with pytest.raises(ValueError, match="at most 200 characters, this one has 201"):
        store.rename(lesson_id, "x" * 201)
    with pytest.raises(ValueError, match="at most 200"):
        store.save(made_up_lesson(1, title="x" * 201))
    assert store.search()[1] == 1
    marked = replace(made_up_lesson(1), markers=(Marker(1.0, "a\0b"),))
    assert store.get(store.save(marked)).markers[0].text == "a b"


def test_what_is_not_there(store):
    assert store.search() == ([], 0)
    store.delete("nothing")
    for absent in ("nothing", "'"):
        with pytest.raises(LookupError, match="no lesson"):
            store.get(absent)
        with pytest.raises(LookupError, match="no lesson"):
            store.rename(absent, "x")


def test_deleting_takes_windows_and_markers_along(store):
    kept, gone = store.save(made_up_lesson(5, seed=1)), store.save(made_up_lesson(5, seed=2))
    store.delete(gone)
    with pytest.raises(LookupError):
        store.get(gone)
    assert store.get(kept) == made_up_lesson(5, seed=1)
    with store._engine.connect() as connection:
        for table in ("windows", "markers"):
            ids = {row[0] for row in connection.exec_driver_sql(f"SELECT lesson_id FROM {table}")}
            assert ids == {kept}, table


def test_two_hours_are_saved_and_read(store):
    lesson = made_up_lesson(1440)
    assert store.get(store.save(lesson)) == lesson


def test_a_deleted_lesson_is_not_left_in_the_files(tmp_path):
    file = tmp_path / "lessons.sqlite"
    store = LessonStore(f"sqlite:///{file}")
    lesson_id = store.save(made_up_lesson(200, title="A very private title"))
    assert any(b"very private" in path.read_bytes() for path in tmp_path.iterdir())
    store.delete(lesson_id)
    assert not any(b"very private" in path.read_bytes() for path in tmp_path.iterdir())
    store.close()


def test_looking_makes_no_file_and_a_made_one_is_the_owners(tmp_path):
    file = tmp_path / "data" / "lessons.sqlite"
    store = LessonStore(f"sqlite:///{file}")
    assert store.search() == ([], 0)
    store.delete("nothing")
    assert not file.parent.exists()
    store.save(made_up_lesson(1))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path):
    store = LessonStore(f"sqlite:///{tmp_path / 'lessons.sqlite'}")
    kept = store.save(made_up_lesson(10))

    @event.listens_for(store._engine, "connect")
    def limit(connection, _):  # SQLite's own way to run out of space: SQLITE_FULL
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    store._engine.dispose()
    with pytest.raises(OSError, match="the disk of the database is full"):
        store.save(made_up_lesson(1440, seed=1))
    assert [summary.id for summary in store.search()[0]] == [kept]
    assert store.get(kept) == made_up_lesson(10)
    store.close()


FILLED = """
INSERT INTO windows (lesson_id, start_s, unsure, faces_seen, faces_readable)
SELECT id, 1e6 + number, 0, 0, 0 FROM lessons, generate_series(1, 220000) AS number
"""


def test_a_full_disk_of_postgresql_is_told_and_nothing_is_half_written(cluster):
    url = cluster.create_database()
    store = LessonStore(url)
    kept = store.save(made_up_lesson(0))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FILLED)
        size = connection.execute("SELECT pg_relation_size('windows')").fetchone()[0]
    store.close()

    with cluster.largest_file(size):
        full = LessonStore(url)
        for _ in range(2):
            with pytest.raises(OSError, match="the disk of the database is full") as told:
                full.save(made_up_lesson(1440, seed=1, title="too much"))
            assert told.value.errno == errno.ENOSPC
        assert full.search("too much") == ([], 0)
        assert [found.id for found in full.search()[0]] == [kept], "what was saved is still there to be read"
        full.close()

    again = LessonStore(url)  # somebody has made room
    lesson = made_up_lesson(1440, seed=1, title="too much")
    assert again.get(again.save(lesson)) == lesson
    again.close()


def test_a_file_that_was_removed_is_made_anew(tmp_path):
    file = tmp_path / "lessons.sqlite"
    store = LessonStore(f"sqlite:///{file}")
    store.save(made_up_lesson(1))
    for path in tmp_path.iterdir():
        path.unlink()
    assert store.search() == ([], 0)
    lesson_id = store.save(made_up_lesson(2))
    store.close()
    assert LessonStore(f"sqlite:///{file}").get(lesson_id) == made_up_lesson(2)


def test_a_file_that_is_no_database_is_told(tmp_path):
    file = tmp_path / "lessons.sqlite"
    file.write_bytes(b"holiday photographs, 1998\n" * 100)
    with pytest.raises(OSError, match="the database cannot be used: file is not a database"):
        LessonStore(f"sqlite:///{file}").search()
    assert file.read_bytes() == b"holiday photographs, 1998\n" * 100


@pytest.mark.parametrize("wrong", ["postgres://u:pass#word@host:nan/x", "sqlite"])
def test_an_address_that_cannot_be_read_is_not_repeated(wrong):
    with pytest.raises(ValueError, match="DATABASE_URL is no address") as told:
        LessonStore(wrong)
    assert "word" not in str(told.value).replace("password", "")

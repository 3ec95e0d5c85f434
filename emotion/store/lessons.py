"""`LessonStore`: saved lessons in a database."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emotion.lesson import WINDOW_S, Lesson
from emotion.store import schema
from emotion.store.engine import clear_log, make_engine, reading, sqlite_file, writing
from emotion.store.rows import clean_title, folded, header_row, lesson_of, marker_rows, window_rows
from emotion.store.tables import lessons, markers, windows


@dataclass(frozen=True, slots=True)
class Summary:
    """A saved lesson in a list: `length_s` is the end of its last window, in seconds from its start."""

    id: str
    title: str
    started: datetime
    source: str
    windows: int
    length_s: float


class LessonStore:
    """Saves lessons and finds them again; any thread may call.

    Nothing is opened, and no file made, before the first save or the first look into what is there. Every method
    raises `ConnectionError` where the database does not answer, `OSError` where its disk is full or its file cannot
    be used, and `ValueError` where a newer version of the app made it; nothing is half written then.
    """

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self._file = sqlite_file(self._engine)
        self._opening = threading.Lock()
        self._open = False

    def open(self) -> None:
        """Connect and bring the tables up to date, once; the other methods do it themselves."""
        with self._opening:
            if self._open and self._file is not None and not self._file.exists():
                self._engine.dispose()  # somebody removed it: open connections would write to a file without a name
                self._open = False
            if not self._open:
                schema.upgrade(self._engine)
                self._open = True

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def save(self, lesson: Lesson, lesson_id: str | None = None) -> str:
        """Save a lesson, all or nothing, and return its id.

        With the `lesson_id` of an earlier save, the same lesson is brought up to date: windows and markers that are
        new are added, those with the same start or number replaced. Saving twice is the same as saving once.

        Raises:
            ValueError: also for a title of more than 200 characters.
        """
        lesson_id = lesson_id or uuid4().hex
        header = header_row(lesson_id, lesson)
        self.open()
        with writing(self._engine) as connection:
            self._upsert(connection, lessons, [header])
            self._write(connection, lesson_id, lesson)
        return lesson_id

    def append(self, lesson: Lesson, lesson_id: str) -> bool:
        """Bring a saved lesson up to date, its title excepted; `False`, and nothing, where it was deleted."""
        self.open()
        with writing(self._engine) as connection:
            there = update(lessons).where(lessons.c.id == lesson_id)
            if not connection.execute(there.values(ended=lesson.ended or lessons.c.ended)).rowcount:
                return False
            self._write(connection, lesson_id, lesson)
        return True

    def _write(self, connection: Connection, lesson_id: str, lesson: Lesson) -> None:
        self._upsert(connection, windows, window_rows(lesson_id, lesson))
        self._upsert(connection, markers, marker_rows(lesson_id, lesson))

    def _upsert(self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        insert = dialect.insert(table)
        new: dict[str, Any] = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
        if table is lessons:  # an older snapshot, tried again late, does not make an ended lesson go on
            new["ended"] = func.coalesce(insert.excluded.ended, lessons.c.ended)
        connection.execute(insert.on_conflict_do_update(index_elements=[*table.primary_key], set_=new), rows)

    def search(self, words: str = "", page: int = 0, page_size: int = 20) -> tuple[list[Summary], int]:
        """Lessons whose title holds `words`, the newest first: one page of them (from 0), and how many there are."""
        if not self._exists():
            return [], 0
        found = select(lessons).where(lessons.c.title_folded.contains(folded(" ".join(words.split())), autoescape=True))
        count = select(func.count()).select_from(found.subquery())
        shown = found.order_by(lessons.c.started.desc(), lessons.c.id).limit(page_size).offset(page * page_size)
        of_windows = (
            select(windows.c.lesson_id, func.count().label("windows"), func.max(windows.c.start_s).label("last_s"))
            .where(windows.c.lesson_id.in_(select(shown.subquery().c.id)))
            .group_by(windows.c.lesson_id)
        )
        with reading(self._engine) as connection:
            counts = {row.lesson_id: row for row in connection.execute(of_windows)}
            rows = connection.execute(shown).all()
            total = connection.execute(count).scalar_one()
        summaries = []
        for row in rows:
            of = counts.get(row.id)
            number, length = (of.windows, of.last_s + WINDOW_S) if of else (0, 0.0)
            summaries.append(Summary(row.id, row.title, row.started, row.source, number, length))
        return summaries, total

    def get(self, lesson_id: str) -> Lesson:
        """A saved lesson.

        Raises:
            LookupError: there is none, or no longer.
        """
        if self._exists():
            with reading(self._engine) as connection:
                header = connection.execute(select(lessons).where(lessons.c.id == lesson_id)).one_or_none()
                if header is not None:
                    of = (
                        connection.execute(select(t).where(t.c.lesson_id == lesson_id).order_by(order)).all()
                        for t, order in ((windows, windows.c.start_s), (markers, markers.c.number))
                    )
                    return lesson_of(header, *of)
        raise LookupError(f"no lesson {lesson_id!r} is saved (any longer)")

    def rename(self, lesson_id: str, title: str) -> None:
        """Give a saved lesson another title.

        Raises:
            LookupError: there is none, or no longer.
            ValueError: also for a title of more than 200 characters.
        """
        title = clean_title(title)
        self.open()
        with writing(self._engine) as connection:
            change = update(lessons).where(lessons.c.id == lesson_id)
            if not connection.execute(change.values(title=title, title_folded=folded(title))).rowcount:
                raise LookupError(f"no lesson {lesson_id!r} is saved (any longer)")

    def delete(self, lesson_id: str) -> None:
        """Delete a lesson with all its numbers; nothing if it is gone already."""
        if not self._exists():
            return
        with writing(self._engine) as connection:
            connection.execute(delete(lessons).where(lessons.c.id == lesson_id))
        clear_log(self._engine)  # else its numbers would stay in there for a while

    def _exists(self) -> bool:
        """Whether there is a database to look into; a missing SQLite file is not made for that."""
        if self._file is not None and not self._file.exists():
            return False
        self.open()
        return True

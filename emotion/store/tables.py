"""The tables of saved lessons. A change here needs a migration (`migrations/versions`); a test compares the two."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, Double, ForeignKey, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator

from emotion.labels import EMOTIONS, UNSURE


class UTCTime(TypeDecorator[datetime]):
    """A moment: goes in with its zone and comes out in UTC, also from SQLite, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

lessons = Table(
    "lessons",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", Text, nullable=False),
    Column("title_folded", Text, nullable=False),  # for the search: neither database folds Ü and ü alike by itself
    Column("started", UTCTime, nullable=False),
    Column("ended", UTCTime),
    Column("source", Text, nullable=False),
    Column("model", Text, nullable=False),
    Index("ix_lessons_started", "started"),
)

windows = Table(
    "windows",
    metadata,
    Column("lesson_id", String(32), ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True),
    Column("start_s", Double, primary_key=True),
    *(Column(emotion.value, Double) for emotion in EMOTIONS),  # all empty where no face was readable
    Column(UNSURE, Double, nullable=False),
    Column("faces_seen", Double, nullable=False),
    Column("faces_readable", Double, nullable=False),
    Column("model", Text, nullable=False, server_default=""),
)

markers = Table(
    "markers",
    metadata,
    Column("lesson_id", String(32), ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # in the order in which they were stamped
    Column("at_s", Double, nullable=False),
    Column("text", Text, nullable=False),
)

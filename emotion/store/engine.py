"""Connections to SQLite or PostgreSQL, set so that what was acknowledged stays, and errors in plain words."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

logger = logging.getLogger(__name__)

ANSWERS_WITHIN_S = 5
POSTGRES = "postgresql+psycopg"
FULL = ("disk is full", "disk full", "no space left", "could not extend file")
UNUSABLE = ("not a database", "malformed", "unable to open", "readonly", "read-only", "no such table")
# Notices a peer that vanished; poolers between us and the database keep no prepared statements.
POSTGRES_ARGUMENTS: dict[str, Any] = {
    "connect_timeout": ANSWERS_WITHIN_S,
    "keepalives_idle": 30,
    "tcp_user_timeout": 1000 * ANSWERS_WITHIN_S,
    "prepare_threshold": None,
}


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///FILE`, or for PostgreSQL as hosts write it: `postgres://` or `postgresql://`.

    Nothing is opened yet. Errors of it name no values, as titles are a teacher's own words.

    Raises:
        ValueError: that is no address; the message does not repeat it, as it may hold a password.
    """
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            url = f"{POSTGRES}://{url.removeprefix(scheme)}"
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        raise ValueError(
            "DATABASE_URL is no address that can be read, like postgres://user:password@host:5432/name; characters "
            "such as @ and / in a password must be written as %40 and %2F"
        ) from None
    if backend != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=POSTGRES_ARGUMENTS)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": ANSWERS_WITHIN_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_file(engine: Engine) -> Path | None:
    """The file of an SQLite engine; `None` for PostgreSQL."""
    return Path(engine.url.database) if engine.dialect.name == "sqlite" and engine.url.database else None


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # else sqlite3 begins transactions by itself, and late
    for pragma in (
        f"busy_timeout = {1000 * ANSWERS_WITHIN_S}",
        "journal_mode = WAL",  # readers do not wait for the writer
        "synchronous = FULL",  # NORMAL would lose the last saves with the power; a save a minute can wait for the disk
        "foreign_keys = ON",
        "secure_delete = ON",  # a deleted lesson's numbers are overwritten, not only forgotten
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Writers take their lock at the beginning: one that finds out later that it must wait has to fail."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads; raises as `writing` does."""
    with _in_plain_words(), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is whole or not at all.

    Raises:
        ConnectionError: the database does not answer, or is busy; trying again later may help.
        OSError: the disk is full, or the file cannot be used.
    """
    with _in_plain_words(), engine.execution_options(writes=True).begin() as connection:
        yield connection


def clear_log(engine: Engine) -> None:
    """Empty SQLite's write-ahead log into the file, as far as no reader needs it; nothing for PostgreSQL."""
    if engine.dialect.name == "sqlite":
        with _in_plain_words():
            connection = engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise ConnectionError("the database is busy: too many ask at once") from error
    except DBAPIError as error:
        told = str(error.orig).partition("\n")[0]  # further lines may repeat values
        logger.warning("the database: %s", told)
        if any(words in told.lower() for words in FULL):
            raise OSError(errno.ENOSPC, "the disk of the database is full") from error
        if "is locked" in told:
            raise ConnectionError("the database is busy") from error
        lost = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
        if lost and not any(words in told.lower() for words in UNUSABLE):
            raise ConnectionError("the database does not answer") from error
        raise OSError(errno.EIO, f"the database cannot be used: {told}") from error

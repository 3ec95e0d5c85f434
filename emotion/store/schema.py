"""Takes a database to the tables of this version of the app; several processes may start at once."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from emotion.store.engine import reading, sqlite_file, writing

MIGRATIONS = Path(__file__).with_name("migrations")
POSTGRES_LOCK = 0x636C617373  # "class": any number that no other program of the same database locks
_alembic = threading.Lock()  # its contexts are global to the process


def upgrade(engine: Engine) -> None:
    """Create the tables, or change those of an older version, in one transaction that others wait for.

    Raises:
        ConnectionError, OSError: as `writing`.
        ValueError: the database was made by a newer version of the app; it is left as it is.
    """
    config = configuration()
    head = ScriptDirectory.from_config(config).get_current_head()
    file = sqlite_file(engine)
    if file is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)  # other users of the machine need not read it
    with _alembic:
        with reading(engine) as connection:
            if _revision(connection, config) == head:
                return
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRES_LOCK})
            if _revision(connection, config) != head:  # another process was first
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


def configuration() -> Config:
    """Alembic's settings, without an `alembic.ini`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _revision(connection: Connection, config: Config) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise ValueError(
            f"the database is of a newer version of this app (its tables are {found!r}, this version knows "
            f"{', '.join(sorted(known))}): update the app, or set DATABASE_URL to another database"
        )
    return found

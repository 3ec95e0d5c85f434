"""Both databases: SQLite, and a real PostgreSQL of this session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emotion.store import LessonStore
from tests.conftest import miss
from tests.postgres import Cluster, programs


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL."""
    found = programs()
    if found is None:
        miss("no PostgreSQL here: apt-get install postgresql")
    server = Cluster(found)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'lessons.sqlite'}"
    return request.getfixturevalue("cluster").create_database()


@pytest.fixture
def store(url: str) -> Iterator[LessonStore]:
    opened = LessonStore(url)
    yield opened
    opened.close()

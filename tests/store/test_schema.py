"""Tables and migrations: they agree, several processes may begin at once, and a newer database is refused."""

import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from emotion.store import LessonStore, schema
from emotion.store.engine import make_engine, writing
from emotion.store.tables import metadata
from tests.lessons import made_up_lesson
from tests.serving import REPOSITORY

BEGIN_AT_ONCE = """
import sys
from emotion.store import LessonStore
from tests.lessons import made_up_lesson
store = LessonStore(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(store.save(made_up_lesson(3, seed=int(sys.argv[2]))), flush=True)
"""


def test_migrations_make_the_tables_that_the_code_uses(url):
    engine = make_engine(url)
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_comparison_sees_a_difference(url):
    engine = make_engine(url)
    schema.upgrade(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE markers ADD COLUMN colour TEXT")
    with engine.connect() as connection:
        assert len(compare_metadata(MigrationContext.configure(connection), metadata)) == 1
    engine.dispose()


def test_migrations_can_be_taken_back(url):
    engine = make_engine(url)
    schema.upgrade(engine)
    config = schema.configuration()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    store = LessonStore(url)
    assert store.search() == ([], 0)  # and made again
    store.close()
    engine.dispose()


def test_lessons_of_the_first_version_keep_their_numbers_and_get_their_model(url):
    lesson = made_up_lesson(5)
    store = LessonStore(url)
    lesson_id = store.save(lesson)
    store.close()
    engine = make_engine(url)
    config = schema.configuration()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    with engine.connect() as connection:
        first = connection.exec_driver_sql("SELECT * FROM windows").mappings().all()
        assert len(first) == 5
        assert "model" not in first[0]
    engine.dispose()
    newer = LessonStore(url)
    assert newer.get(lesson_id) == lesson
    assert {window.model for window in newer.get(lesson_id).windows} == {lesson.model}
    newer.close()


@pytest.mark.slow
def test_processes_that_begin_at_once_make_the_tables_once(url):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BEGIN_AT_ONCE, url, str(number)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    store = LessonStore(url)
    assert store.search()[1] == 4
    store.close()


def test_a_newer_database_is_refused_and_left_alone(url):
    store = LessonStore(url)
    lesson_id = store.save(made_up_lesson(2))
    store.close()
    engine = make_engine(url)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    late = LessonStore(url)
    for use in (late.search, lambda: late.save(made_up_lesson(2)), lambda: late.delete(lesson_id)):
        with pytest.raises(ValueError, match=r"newer version of this app.*'9999'.*update the app"):
            use()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM lessons").scalar_one() == 1
    late.close()
    engine.dispose()

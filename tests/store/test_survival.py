"""A process that is killed in the middle of saving: what it was told is saved is whole, nothing else is visible."""

import subprocess
import sys
import time

import pytest

from emotion.store import LessonStore
from tests.lessons import made_up_lesson
from tests.serving import REPOSITORY

WINDOWS = 120
SAVE_FOR_EVER = f"""
import sys
from emotion.store import LessonStore
from tests.lessons import made_up_lesson
store = LessonStore(sys.argv[1])
seed = int(sys.argv[2])
while True:
    print(seed, store.save(made_up_lesson({WINDOWS}, seed=seed)), flush=True)
    seed += 1
"""


@pytest.mark.slow
def test_acknowledged_saves_survive_a_kill_and_no_half_lesson_is_seen(url):
    acknowledged: dict[str, int] = {}
    for attempt in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVE_FOR_EVER, url, str(10_000 * attempt)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = [process.stdout.readline() for _ in range(5)]  # it is in its loop now
        time.sleep(0.013 * attempt)  # somewhere inside a later save
        process.kill()
        lines += process.communicate()[0].splitlines(keepends=True)
        for line in lines:
            if line.endswith("\n"):  # the last may have been cut off
                seed, lesson_id = line.split()
                acknowledged[lesson_id] = int(seed)
    assert len(acknowledged) >= 20

    store = LessonStore(url)
    for lesson_id, seed in acknowledged.items():
        assert store.get(lesson_id) == made_up_lesson(WINDOWS, seed=seed)
    found, total = store.search(page_size=100_000)
    # At most one more for each kill: saved, but killed before it could say so. Those are whole too.
    assert len(acknowledged) <= total <= len(acknowledged) + 4
    assert {summary.windows for summary in found} == {WINDOWS}
    store.close()

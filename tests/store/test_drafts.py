"""Drafts of unsaved lessons: whole or absent, a page's own, gone after a day."""

import errno
import json
import os
import stat
from time import time as real_time

import pytest

from emotion.store import DraftKeeper
from emotion.store.drafts import EXPIRES_S, HELD_S, SWEEP_S
from tests.lessons import made_up_lesson


class Time:
    """A clock that tests turn, and the time of day of real files moved by as much."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s

    def today(self) -> float:
        return real_time() + self.s


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def keeper(tmp_path, time) -> DraftKeeper:
    return DraftKeeper(tmp_path / "drafts", time, time.today)


def later(keeper, time):
    """The page that kept the draft is gone."""
    time.s += HELD_S + 1
    return keeper


@pytest.mark.parametrize("lesson", [made_up_lesson(30), made_up_lesson(0, ended=False)])
def test_a_draft_comes_back_as_it_was(keeper, time, lesson):
    keeper.keep("key", lesson)
    assert later(keeper, time).find("key") == lesson
    assert later(keeper, time).find("other") is None


def test_the_newest_draft_takes_the_place_of_the_older(keeper, time, tmp_path):
    keeper.keep("key", made_up_lesson(2))
    keeper.keep("key", made_up_lesson(3))
    assert len([*(tmp_path / "drafts").iterdir()]) == 1
    assert later(keeper, time).find("key") == made_up_lesson(3)


def test_a_draft_is_not_offered_while_its_page_is_open(keeper, time):
    keeper.keep("key", made_up_lesson(2))
    assert keeper.find("key") is None
    time.s += HELD_S - 1
    keeper.hold("key")
    time.s += 2
    assert keeper.find("key") is None
    assert later(keeper, time).find("key") is not None


def test_another_process_finds_it(keeper, tmp_path):
    keeper.keep("key", made_up_lesson(2))
    assert DraftKeeper(tmp_path / "drafts").find("key") == made_up_lesson(2)


def test_a_discarded_draft_is_gone(keeper, time, tmp_path):
    keeper.keep("key", made_up_lesson(2))
    keeper.discard("key")
    keeper.discard("key")
    assert [*(tmp_path / "drafts").iterdir()] == []
    assert keeper.find("key") is None


def test_a_draft_expires_after_a_day(keeper, time, tmp_path):
    keeper.keep("key", made_up_lesson(2))
    (file,) = (tmp_path / "drafts").iterdir()
    written = file.stat().st_mtime
    os.utime(file, (written - EXPIRES_S + 60,) * 2)
    assert later(keeper, time).find("key") is not None
    os.utime(file, (written - EXPIRES_S - 60,) * 2)
    assert keeper.find("key") is None
    time.s += SWEEP_S
    keeper.keep("other", made_up_lesson(2))  # a running app sweeps while it keeps others
    assert not file.exists()
    assert len([*(tmp_path / "drafts").iterdir()]) == 1
    time.s += EXPIRES_S
    DraftKeeper(tmp_path / "drafts", time, time.today)  # and a new one at its start
    assert [*(tmp_path / "drafts").iterdir()] == []


def test_what_a_killed_writer_left_is_swept(tmp_path):
    folder = tmp_path / "drafts"
    folder.mkdir()
    left = folder / ".writing-1-x.json"
    left.write_text("{")
    os.utime(left, (1, 1))
    DraftKeeper(folder)
    assert not left.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', json.dumps({"format": 1})])
def test_a_draft_that_cannot_be_read_is_removed(keeper, time, tmp_path, content):
    keeper.keep("key", made_up_lesson(2))
    (file,) = (tmp_path / "drafts").iterdir()
    file.write_text(content)
    assert later(keeper, time).find("key") is None
    assert not file.exists()


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/b", "\ud800", "", "x" * 5000])
def test_a_key_out_of_an_address_leads_nowhere_else(keeper, time, tmp_path, key):
    keeper.keep(key, made_up_lesson(1))
    (file,) = (tmp_path / "drafts").iterdir()
    assert file.name.endswith(".json")
    assert later(keeper, time).find(key) == made_up_lesson(1)


def test_only_the_owner_can_read_the_folder(keeper, tmp_path):
    keeper.keep("key", made_up_lesson(1))
    assert stat.S_IMODE((tmp_path / "drafts").stat().st_mode) == 0o700


def test_a_full_disk_leaves_the_older_draft(keeper, time, tmp_path, monkeypatch):
    keeper.keep("key", made_up_lesson(2))
    with monkeypatch.context() as patch:

        def full(*_, **__):
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr("pathlib.Path.write_text", full)
        with pytest.raises(OSError, match="No space left"):
            keeper.keep("key", made_up_lesson(3))
    assert len([*(tmp_path / "drafts").iterdir()]) == 1
    assert later(keeper, time).find("key") == made_up_lesson(2)


def test_where_no_drafts_are_wanted_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keeper = DraftKeeper(None)
    keeper.keep("key", made_up_lesson(2))
    keeper.discard("key")
    assert keeper.find("key") is None
    assert not keeper.keeps
    assert [*tmp_path.iterdir()] == []

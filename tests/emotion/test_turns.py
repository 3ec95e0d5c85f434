import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from emotion.api.counters import ApiCounters
from emotion.api.work import Worker
from emotion.turns import PROGRAM, stand_back

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_thread_stands_back_alone_and_never_comes_forward():
    before = niceness()
    with ThreadPoolExecutor(1) as thread:
        thread.submit(stand_back, before + 3).result()
        assert thread.submit(niceness).result() == before + 3
        thread.submit(stand_back, before + 1).result()
        assert thread.submit(niceness).result() == before + 3
    assert niceness() == before


def test_a_priority_that_the_system_refuses_is_told(monkeypatch, caplog):
    def refuse(*_: object) -> None:
        raise PermissionError("not allowed here")

    monkeypatch.setattr(os, "setpriority", refuse)
    stand_back(1)  # the main thread's number is left alone
    assert caplog.text == ""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(stand_back, 1).result()
    assert "not allowed here" in caplog.text


def test_programs_wait_for_streams_and_pages():
    seen: list[int] = []

    def load():
        seen.append(niceness())
        raise OSError

    worker = Worker(load, ApiCounters())
    worker.ready()
    worker._loading.exception()
    assert seen == [max(PROGRAM, niceness())]

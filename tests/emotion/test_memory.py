"""Large buffers are given back to the system; what lasts is not searched for garbage."""

import gc
import platform
import subprocess
import sys
import threading
import time
import tomllib
import weakref
from collections.abc import Callable
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from emotion.memory import collecting, give_back_large_buffers, leave_out_what_lasts
from tests.conftest import REPOSITORY

# In a process of its own: where the heap has room already, glibc takes that first.
PROGRAM = """
import ctypes
import numpy as np
from emotion.memory import LARGE_BYTES, give_back_large_buffers

class Statistics(ctypes.Structure):
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Statistics
if {asked}:
    assert give_back_large_buffers()
for size in (4, 4, 3, 2):
    before = library.mallinfo2().hblkhd
    buffer = np.empty(size * LARGE_BYTES, np.uint8)
    print(library.mallinfo2().hblkhd - before >= size * LARGE_BYTES)
    del buffer
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_large_buffers_are_mapped_on_their_own_however_many_came_before():
    assert mapped(asked=True) == ["True"] * 4
    assert "False" in mapped(asked=False), "glibc does so by itself: the module is needed no more"


def mapped(asked: bool) -> list[str]:
    program = PROGRAM.format(asked=asked)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=REPOSITORY, timeout=60
    )
    return run.stdout.split()


def test_another_system_is_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not give_back_large_buffers.__wrapped__()


COLLECTIONS = """
import gc, sys, time
import emotion.pages.page
from emotion.memory import leave_out_what_lasts

def collection_s():
    began = time.perf_counter()
    gc.collect(2)
    return time.perf_counter() - began

gc.collect()
before = min(collection_s() for _ in range(3))
leave_out_what_lasts()
after = min(collection_s() for _ in range(3))
held = [[] for _ in range(1000)]
for one in held:
    one.append(one)
held.clear()
sys.exit(not (after < before / 5 and gc.collect() >= 900 and gc.get_freeze_count() > 50_000))
"""


@pytest.mark.slow
def test_what_is_loaded_costs_later_collections_nothing_and_garbage_is_still_found():
    assert subprocess.run([sys.executable, "-c", COLLECTIONS], cwd=REPOSITORY, timeout=120, check=False).returncode == 0


@pytest.mark.slow
def test_the_page_leaves_out_what_it_has_loaded():
    leave_out_what_lasts.cache_clear()
    gc.unfreeze()
    with patch("streamlit_webrtc.component.get_this_session_info", lambda: None):
        assert not AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60).run().exception
    assert gc.get_freeze_count() > 50_000


class Cycle:
    """Refers to itself, as what a page leaves behind often does."""

    def __init__(self) -> None:
        self.itself = self


def test_garbage_is_found_without_streamlits_help_and_the_thread_ends():
    gc.disable()
    try:
        with collecting(every_s=0.02):
            left = weakref.ref(Cycle())
            assert wait_until(lambda: left() is None)
        assert "garbage" not in {thread.name for thread in threading.enumerate()}
        left = weakref.ref(Cycle())
        time.sleep(0.1)
        assert left() is not None, "somebody else collects, so this test shows nothing"
    finally:
        gc.enable()


def test_streamlit_leaves_it_to_us():
    assert tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text())["runner"]["postScriptGC"] is False


def wait_until(true: Callable[[], bool], within_s: float = 10.0) -> bool:
    end = time.monotonic() + within_s
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()

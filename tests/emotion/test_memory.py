"""Large buffers are given back to the system."""

import platform
import subprocess
import sys

import pytest

from emotion.memory import give_back_large_buffers
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

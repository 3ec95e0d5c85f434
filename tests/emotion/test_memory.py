"""Large buffers are given back to the system."""

import ctypes
import platform
import sys

import numpy as np
import pytest

from emotion.memory import LARGE_BYTES, give_back_large_buffers


def test_a_large_buffer_is_mapped_on_its_own_and_unmapped():
    if not sys.platform.startswith("linux") or platform.libc_ver()[0] != "glibc":
        assert give_back_large_buffers() in {True, False}
        pytest.skip("only glibc can be told")

    class Statistics(ctypes.Structure):
        names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
        _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

    library = ctypes.CDLL(None)
    library.mallinfo2.restype = Statistics

    def mapped_bytes() -> int:
        return library.mallinfo2().hblkhd

    assert give_back_large_buffers()
    for _ in range(3):  # glibc would learn from the first that the next belong into the heap
        before = mapped_bytes()
        buffer = np.empty(LARGE_BYTES + 1, np.uint8)
        assert mapped_bytes() - before >= LARGE_BYTES
        del buffer
        assert mapped_bytes() - before < LARGE_BYTES

"""Memory that was freed, given back to the system: a long stream otherwise holds several times what it uses."""

import ctypes
import sys
from collections.abc import Callable


def _find_trim() -> Callable[[int], int] | None:
    """glibc's `malloc_trim`; `None` with another C library, whose allocators give back by themselves or not at all."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):  # musl has none
        return None
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return trim  # type: ignore[no-any-return]


_trim = _find_trim()


def give_back() -> bool:
    """Give unused memory back to the system; a few milliseconds, from any thread. Whether this C library can.

    PyAV's pictures are aligned blocks, for which glibc seldom finds a freed place again: of 300 frames of 640 x 480
    between 0 and 250 MB stayed with the process, none of it in use.
    """
    if _trim is None:
        return False
    _trim(0)
    return True

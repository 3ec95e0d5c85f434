"""Memory: large buffers of a stream's frames must not stay in the heap, nor what lasts be searched for garbage."""

import ctypes
import functools
import gc
import logging
import sys

logger = logging.getLogger(__name__)

M_MMAP_THRESHOLD = -3
"""Of glibc's malloc.h."""
LARGE_BYTES = 1 << 19


@functools.cache
def leave_out_what_lasts() -> None:
    """Leave all that is loaded by now out of later garbage collections; the first call of a process does it.

    Streamlit collects after every run of a page or of a part of it, which comes a few times a second for each viewer.
    Over the modules of this app, 290,000 objects, that took 160 ms each time (measured), in which Python did nothing
    else: three streams were down to six frames a second together.
    """
    gc.collect()
    gc.freeze()


@functools.cache
def give_back_large_buffers() -> bool:
    """Have glibc map every buffer of half a megabyte or more on its own, from now on; whether that was possible.

    A frame is 0.9 MB at 480p, 2.8 MB at 720p. glibc learns from the first that such buffers come and go and takes the
    next from its heap, where aligned ones, as FFmpeg asks for them, leave gaps that fit no later one: on a busy machine
    a stream of 25 faces grew by 2 MB a frame (measured). Elsewhere nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        done = bool(ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES))
    except (OSError, AttributeError):  # musl has no mallopt
        done = False
    if not done:
        logger.warning("malloc cannot be told to give large buffers back: memory of a stream may grow")
    return done

"""Memory: large buffers of a stream's frames must not stay in the heap, nor what lasts be searched for garbage."""

import ctypes
import functools
import gc
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)

M_MMAP_THRESHOLD = -3
"""Of glibc's malloc.h."""
LARGE_BYTES = 1 << 19
COLLECT_EVERY_S = 10.0


@functools.cache
def leave_out_what_lasts() -> None:
    """Leave all that is loaded by now out of later garbage collections; the first call of a process does it.

    Over the modules of this app, 281,000 objects, a search took 132 ms (measured), in which Python does nothing else.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def collecting(every_s: float = COLLECT_EVERY_S) -> Iterator[None]:
    """Collect garbage every `every_s` seconds, on a thread of its own, until left.

    Streamlit would after every run of a page or of a part of it, once a second and more for each viewer, which the
    app's `.streamlit/config.toml` turns off (`runner.postScriptGC`): beside four cameras an eighth of the time in which
    Python ran at all went into it (py-spy). Once for all viewers is enough for what pages leave behind.
    """
    ended = threading.Event()

    def collect() -> None:
        while not ended.wait(every_s):
            gc.collect()

    thread = threading.Thread(target=collect, name="garbage", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(1.0)


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

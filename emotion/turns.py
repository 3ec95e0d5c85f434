"""Whose turn it is where processors are short: first the server's own loop, then streams and pages, then programs.

Measured with 50 programs and four cameras on two cores (`python -m tests.benchmarks.load`): the page's health answer in
the middle 37 ms without this, 8 ms with it; of 15 camera frames a second 12.8 came back without it, 14.2 with it.
"""

import logging
import os
import sys
import threading

logger = logging.getLogger(__name__)

STREAM = 5
PAGE = 5
PROGRAM = 10
SWITCH_S = 0.001
"""How long a thread keeps Python's lock from one that waits for it, at most: 5 ms by default, and many threads wait."""


def stand_back(steps: int) -> None:
    """Let the scheduler prefer others by `steps` of `nice` to the thread that calls this.

    Linux keeps that number for each thread; elsewhere it would be the whole process's, so nothing is done there. Nor is
    it for the main thread, whose number all threads and programs inherit that it begins.
    """
    if sys.platform != "linux" or threading.current_thread() is threading.main_thread():
        return
    thread = threading.get_native_id()
    try:
        os.setpriority(os.PRIO_PROCESS, thread, max(os.getpriority(os.PRIO_PROCESS, thread), steps))
    except OSError as error:
        logger.warning("a thread keeps its priority: %s", error)


def switch_often() -> None:
    """Let the server's loop wait less for Python's lock; for the whole process."""
    sys.setswitchinterval(SWITCH_S)

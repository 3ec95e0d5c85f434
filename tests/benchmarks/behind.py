"""Clients that stand for other machines, on the server's own: they get what the server leaves of the processor."""

import os
import threading
from contextlib import suppress
from pathlib import Path

LAST = 19


def start_behind() -> None:
    """Let this thread, and what it starts from now on, run behind all others; on Linux a priority is a thread's."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LAST)


def put_behind(*kept: int) -> None:
    """Do so for the sessions of all processes that this one has started, but for those of the processes `kept`.

    A Linux with autogroups, as desktops and many servers have it, shares the processor between sessions first and
    between the processes of each by their priorities then: the browser's low priority alone would cost it nothing.
    """
    sessions = {os.getsid(process) for process in _started_by(os.getpid())} - {os.getsid(0), *kept}
    for session in sessions:
        with suppress(OSError):  # ended since, no Linux, or one without autogroups, where the priority is enough
            Path(f"/proc/{session}/autogroup").write_text(str(LAST))


def _started_by(ancestor: int) -> set[int]:
    """All processes below one, as far as /proc tells."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended since
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = {ancestor}
    while new := {process for process, parent in parents.items() if parent in found} - found:
        found |= new
    return found - {ancestor}

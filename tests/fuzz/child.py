"""Reads damaged files until it is told to stop, or dies of one: started by `tests.fuzz.run`, tells it on stdout.

A line is JSON: `{"at": N}` before input N, `{"done": N, "took_s": ..., "taken": ..., "peak_mb": ...}` after it, with
`"error"` where a reader raised what it must not.
"""

import json
import random
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.entries import ENTRIES
from tests.fuzz.mutations import damaged


def the_input(entry: str, seed: int, number: int, seeds: Sequence[bytes]) -> bytes:
    """Input `number`: the same in every run with this `seed`, whatever came before it."""
    return damaged(random.Random(f"{entry}/{seed}/{number}"), seeds)


MOST_ADDRESSES = 8 << 30
"""Bytes of address space: one input must not take the machine's memory from all others before it is seen."""


def peak_mb() -> float:
    """The most memory that this process has ever held.

    Linux counts the parent's memory at the start into `ru_maxrss` of a process (it had our address space until `exec`):
    a child of a large test process would seem to have grown before its first input. `VmHWM` belongs to our own space.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main(entry: str, seed: int, first: int, last: int) -> None:
    """Inputs `first` to `last`, `last` excluded."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    with tempfile.TemporaryDirectory() as folder:
        seeds, read, refusals = ENTRIES[entry].prepare(Path(folder))
        for number in range(first, last):
            content = the_input(entry, seed, number, seeds)
            print(json.dumps({"at": number}), flush=True)
            began, taken, error = time.monotonic(), True, ""
            try:
                taken = read(content) is not False
            except refusals:
                taken = False
            except Exception:
                error = traceback.format_exc()
            told = {"done": number, "took_s": time.monotonic() - began, "taken": taken, "peak_mb": peak_mb()}
            print(json.dumps({**told, "error": error} if error else told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))

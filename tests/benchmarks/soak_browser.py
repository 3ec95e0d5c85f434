"""The real app with a camera in a real browser, for as long as a lesson: `python -m tests.benchmarks.soak_browser`.

Looks at the server from outside once a minute: frames analysed a second, resident memory, threads, open files. Prints
a Markdown table; exits with 1 when after the first `SETTLING` marks the pace fell by more than 10 % or stood for a
mark at under half, the memory grew by more than 5 %, or threads or open files grew. Other work on the machine costs
pace, not memory; its load average and the server's processor time for a frame stand beside.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.benchmarks.streams import streaming
from tests.benchmarks.watched import Held, camera_frames, held, processor_s
from tests.serving import free_port, running, streamlit_command

SETTLING = 3
"""Marks in which caches fill and the browser finds its pace; they are shown and do not count."""
LEAST_PACE = 0.9
LEAST_OF_A_MARK = 0.5
MOST_GROWTH = 0.05
BREATH = 4
"""Threads and files more than in the beginning that are no leak: a fragment of the page runs on a thread of its own."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One look: minutes since the start, frames a second since the last look, and what the server holds.

    `load` is the machine's load average of the last minute, `processor_ms` the server's own work for each frame, all
    that its page asks for included.
    """

    minutes: float
    frames_per_s: float
    held: Held
    load: float = 0.0
    processor_ms: float = 0.0


def soak(streams: int, minutes: float, every_s: float) -> list[Mark]:
    """Run `streams` cameras for `minutes`, and look every `every_s` seconds."""
    with tempfile.TemporaryDirectory() as name:
        port, environment = free_port(), {"STUN_URL": "none", "DATABASE_URL": "", "METRICS_TOKEN": ""}
        environment["DATA_FOLDER"] = str(Path(name) / "data")
        with (
            running(streamlit_command(port), port, Path(name) / "log", environment) as server,
            streaming(f"http://localhost:{port}", streams) as pages,
        ):
            began = before = time.monotonic()
            frames, worked, marks = camera_frames(port), processor_s(server.pid), []
            while before - began < 60 * minutes:
                pages[0].wait_for_timeout(1000 * every_s)
                now, analysed, work = time.monotonic(), camera_frames(port), processor_s(server.pid)
                pace, each_ms = (analysed - frames) / (now - before), 1000 * (work - worked) / max(analysed - frames, 1)
                looked = least(server.pid)
                marks.append(Mark((now - began) / 60, pace, looked, os.getloadavg()[0], each_ms))
                before, frames, worked = now, analysed, work
                print(row(marks[-1]), flush=True)
            return marks


def least(pid: int, looks: int = 10) -> Held:
    """The least of several looks within two seconds: threads and connections of the page come and go."""
    seen = []
    for _ in range(looks):
        seen.append(held(pid))
        time.sleep(0.2)
    memory = float(np.median([look.resident_mb for look in seen]))
    return Held(seen[-1].at_s, memory, min(look.threads for look in seen), min(look.files for look in seen))


def faults(marks: Sequence[Mark]) -> list[str]:
    """What fell or grew, comparing the first and the last quarter of the marks after `SETTLING`."""
    settled = marks[SETTLING:]
    if len(settled) < 4:
        return [f"{len(marks)} marks are too few to tell: at least {SETTLING + 4}"]
    quarter = len(settled) // 4
    first, last = settled[:quarter], settled[-quarter:]
    found = []
    pace = [float(np.mean([mark.frames_per_s for mark in part])) for part in (first, last)]
    slowest = min(mark.frames_per_s for mark in settled)
    if pace[1] < LEAST_PACE * pace[0]:
        found.append(f"the pace fell from {pace[0]:.1f} to {pace[1]:.1f} frames a second")
    elif slowest < LEAST_OF_A_MARK * pace[0]:
        found.append(f"the pace stood at {slowest:.1f} frames a second for a mark, {pace[0]:.1f} before")
    memory = [float(np.mean([mark.held.resident_mb for mark in part])) for part in (first, last)]
    if memory[1] > (1 + MOST_GROWTH) * memory[0]:
        found.append(f"memory grew from {memory[0]:.0f} to {memory[1]:.0f} MB")
    for name in ("threads", "files"):
        before, after = (min(getattr(mark.held, name) for mark in part) for part in (first, last))
        if after > before + BREATH:
            found.append(f"{name} grew from {before} to {after}")
    return found


def row(mark: Mark) -> str:
    now = mark.held
    return (
        f"| {mark.minutes:.1f} min | {mark.frames_per_s:.1f} | {now.resident_mb:.0f} MB | {now.threads} | {now.files} "
        f"| {mark.processor_ms:.1f} ms | {mark.load:.1f} |"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table while it grows; 1 where something fell or grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak_browser", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30, help="of streaming (default: %(default)s)")
    parser.add_argument("--streams", type=int, default=1, help="cameras (default: %(default)s)")
    parser.add_argument("--every", type=float, default=60, metavar="S", help="seconds a look (default: %(default)s)")
    arguments = parser.parse_args(argv)
    print("| after | frames a second | resident memory | threads | open files | processor a frame | load |", flush=True)
    print("|---|---|---|---|---|---|---|", flush=True)
    found = faults(soak(arguments.streams, arguments.minutes, arguments.every))
    print("\n" + ("\n".join(found) or "nothing fell, nothing grew"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""What another process holds, and what the app says of itself, looked at from outside while it works."""

import os
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Held:
    """Resident memory in MB, threads and open files of a process, at `at_s` of the monotonic clock. Linux only."""

    at_s: float
    resident_mb: float
    threads: int
    files: int


def held(pid: int) -> Held:
    """What process `pid` holds now."""
    process = Path("/proc") / str(pid)
    resident = int((process / "statm").read_text().split()[1]) * PAGE_BYTES / 1e6
    threads, files = (sum(1 for _ in (process / kind).iterdir()) for kind in ("task", "fd"))
    return Held(time.monotonic(), resident, threads, files)


def processor_s(pid: int) -> float:
    """Seconds of a processor that process `pid` has used since its start."""
    told = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def numbers(port: int) -> dict[tuple[str, str], float]:
    """`/metrics` of the app on this port: (name, source or status, "" without) -> value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    samples = (sample for family in families for sample in family.samples if "le" not in sample.labels)
    return {(sample.name, next(iter(sample.labels.values()), "")): sample.value for sample in samples}


def camera_frames(port: int) -> float:
    """Camera frames that the app has analysed since its start."""
    return numbers(port)["class_mood_frames_analysed_total", "camera"]


class Repeated:
    """Calls `look` every `every_s` seconds on a thread of its own and keeps the answers; use it as a context.

    What fails is kept in `failures`: a server under load may not answer at all, which must be seen.
    """

    def __init__(self, look: Callable[[], object], every_s: float) -> None:
        self.answers: list = []
        self.failures: list[Exception] = []
        self._look, self._every_s = look, every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Repeated":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with suppress(RuntimeError):
            self._thread.join(60)

    def _run(self) -> None:
        while True:
            try:
                self.answers.append(self._look())
            except Exception as error:
                self.failures.append(error)
            if self._ended.wait(self._every_s):
                return


def seconds_to_health(port: int) -> float:
    """How long the page's health answer takes; raises where it is not 200."""
    began = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=30) as answer:
        answer.read()
    return time.monotonic() - began

"""Programs and cameras at once: `python -m tests.benchmarks.load --clients 50 --streams 4 --seconds 60`.

The real app, REST clients and cameras (`light_cameras`), all on this machine and loopback. Exits with 1 where an answer
was neither 200 nor 429, a stream ended, the page's health answer took 300 ms or more, or memory grew by over 5 %.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emotion.images import encode_jpeg
from tests.benchmarks.watched import Held, Repeated, camera_frames, held, seconds_to_health
from tests.scenes import on_background
from tests.serving import REPOSITORY, free_port, running, streamlit_command

MOST_HEALTH_S = 0.3
MOST_GROWTH = 0.05
FIRST_S = 10.0
"""Memory of the first seconds does not count: queues and the network's working memory are filled once."""


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured. `statuses` are those of predict, `analysed_per_s` camera frames of all streams together.

    `came_back_per_s` are the drawn frames that each stream got back a second; `streams_ended` had none at the end.
    """

    statuses: dict[str, int]
    took_s: list[float]
    health_s: list[float]
    health_failures: int
    analysed_per_s: float
    came_back_per_s: list[float]
    streams_ended: int
    memory: list[Held]

    def growth(self) -> float:
        """The memory's mean of the last quarter against that of the first quarter after `FIRST_S`, as a share."""
        settled = [mark.resident_mb for mark in self.memory if mark.at_s - self.memory[0].at_s >= FIRST_S]
        quarter = len(settled) // 4
        if not quarter:
            return 0.0
        return float(np.mean(settled[-quarter:]) / np.mean(settled[:quarter]) - 1)


def measure(clients: int, streams: int, seconds: float) -> Load:
    """Start the app, let the streams begin, then load it for `seconds`."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        picture = folder / "class.jpg"
        picture.write_bytes(encode_jpeg(on_background(astronaut(), 640, 480), 90))
        quiet = {"STUN_URL": "none", "DATABASE_URL": "", "API_TOKEN": "", "METRICS_TOKEN": ""}
        environment = {**quiet, "DATA_FOLDER": str(folder / "data")}
        url = f"http://localhost:{port}/api/v1/predict"
        with (
            running(streamlit_command(port), port, folder / "log", environment) as server,
            program("light_cameras", port, streams, seconds) as cameras,
        ):
            if cameras.stdout is None or cameras.stdout.readline() != "ready\n":
                raise RuntimeError("the streams did not begin; their program says why, above")
            frames, began = camera_frames(port), time.monotonic()
            with (
                Repeated(lambda: seconds_to_health(port), 0.1) as health,
                Repeated(lambda: held(server.pid), 0.5) as memory,
                program("rest_clients", url, picture, clients, seconds) as asking,
            ):
                told = json.loads(asking.communicate(timeout=seconds + 120)[0])
            analysed_per_s = (camera_frames(port) - frames) / (time.monotonic() - began)
            came_back = json.loads(cameras.communicate(timeout=60)[0])
        return Load(
            told["statuses"],
            told["took_s"],
            health.answers,
            len(health.failures),
            analysed_per_s,
            came_back["frames_per_s"],
            came_back["ended"],
            memory.answers,
        )


def program(name: str, *arguments: object) -> subprocess.Popen[str]:
    """One of this folder's programs, whose standard output is read here."""
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, arguments)]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)


def astronaut() -> np.ndarray:
    from skimage import data

    return data.astronaut()


def faults(load: Load) -> list[str]:
    """What must not be."""
    found = []
    others = {status: number for status, number in load.statuses.items() if status not in ("200", "429")}
    if others:
        found.append(f"answers other than 200 and 429: {others}")
    if not load.took_s:
        found.append("no picture was answered")
    if load.health_failures or not load.health_s:
        found.append(f"{load.health_failures} health answers failed, {len(load.health_s)} came")
    if load.health_s and max(load.health_s) >= MOST_HEALTH_S:
        found.append(f"a health answer took {1000 * max(load.health_s):.0f} ms")
    if load.streams_ended:
        found.append(f"{load.streams_ended} streams ended")
    if load.growth() > MOST_GROWTH:
        found.append(f"the memory grew by {load.growth():.1%}")
    return found


def table(load: Load) -> str:
    """The numbers in Markdown."""
    p50, p95, worst = np.percentile(load.took_s, [50, 95, 100]) if load.took_s else (np.nan,) * 3
    health = np.percentile(load.health_s, [50, 95, 100]) * 1000 if load.health_s else (np.nan,) * 3
    first, last = load.memory[0], load.memory[-1]
    rows = (
        ("answers", ", ".join(f"{number:,} x {status}" for status, number in sorted(load.statuses.items()))),
        ("predict, median / p95 / worst", f"{p50:.2f} / {p95:.2f} / {worst:.2f} s"),
        ("health, median / p95 / worst", f"{health[0]:.0f} / {health[1]:.0f} / {health[2]:.0f} ms"),
        ("camera frames analysed", f"{load.analysed_per_s:.1f} a second, all streams together"),
        ("frames back a second, each stream", " / ".join(f"{pace:.1f}" for pace in load.came_back_per_s) or "none"),
        ("streams ended", f"{load.streams_ended}"),
        ("memory, first / most / last", f"{first.resident_mb:.0f} / {most(load):.0f} / {last.resident_mb:.0f} MB"),
        (f"growth after {FIRST_S:.0f} s", f"{load.growth():+.1%}"),
        ("threads, first / last", f"{first.threads} / {last.threads}"),
        ("open files, first / last", f"{first.files} / {last.files}"),
    )
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def most(load: Load) -> float:
    return max(mark.resident_mb for mark in load.memory)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 where something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__.split("\n")[0])
    parser.add_argument("--clients", type=int, default=50, help="REST clients (default: %(default)s)")
    parser.add_argument("--streams", type=int, default=4, help="camera streams (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="of load (default: %(default)s)")
    arguments = parser.parse_args(argv)
    load = measure(arguments.clients, arguments.streams, arguments.seconds)
    found = faults(load)
    print(table(load) + "\n\n" + ("\n".join(found) or "no faults"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

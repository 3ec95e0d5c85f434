"""Sees to a child that reads damaged files: what kills it, holds it up or fills the memory is told, and it goes on."""

import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MOST_S = 5.0
MOST_MB = 1000.0
START_S = 120.0
TRIES = 3
"""How often an input must be too slow to be called so: another program may have had the processors."""


@dataclass(slots=True)
class Outcome:
    """What came of one entry's inputs. `faults` say which input it was, and what happened."""

    entry: str
    inputs: int = 0
    taken: int = 0
    slowest_s: float = 0.0
    peak_mb: float = 0.0
    faults: list[str] = field(default_factory=list)


class DiedError(Exception):
    """The child ended within an input, by itself."""


class SlowError(Exception):
    """The child was stopped within an input, which had taken more than `MOST_S`."""


def fuzz(
    entry: str, seed: int, inputs: int, first: int = 0, told: Callable[[Outcome], None] = lambda outcome: None
) -> Outcome:
    """Hand inputs `first` to `first + inputs` to `entry` in a child, which is started anew after a fault."""
    outcome = Outcome(entry)
    number, last = first, first + inputs
    while number < last:
        at = number
        try:
            for line in lines_of(entry, seed, number, last):
                at = line.get("at", at)
                if "done" in line:
                    number = line["done"] + 1
                    note(outcome, line)
                    told(outcome)
                    if line["peak_mb"] > MOST_MB:
                        break  # the peak of a process never falls: the next input gets a new one
        except DiedError as death:
            outcome.faults.append(f"{entry} {at}: {death}")
            outcome.inputs, number = outcome.inputs + 1, at + 1
        except SlowError:
            if all(too_slow(entry, seed, at) for _ in range(TRIES - 1)):
                outcome.faults.append(f"{entry} {at}: took more than {MOST_S:.0f} s")
            outcome.inputs, number = outcome.inputs + 1, at + 1
    return outcome


def note(outcome: Outcome, line: dict) -> None:
    outcome.inputs += 1
    outcome.taken += line["taken"] and "error" not in line
    outcome.slowest_s = max(outcome.slowest_s, line["took_s"])
    if line["peak_mb"] > MOST_MB:
        outcome.faults.append(f"{outcome.entry} {line['done']}: the memory grew to {line['peak_mb']:.0f} MB")
    outcome.peak_mb = max(outcome.peak_mb, line["peak_mb"])
    if "error" in line:
        outcome.faults.append(f"{outcome.entry} {line['done']}:\n{line['error']}")


def too_slow(entry: str, seed: int, number: int) -> bool:
    """Whether this input alone takes more than `MOST_S` once more."""
    try:
        for _ in lines_of(entry, seed, number, number + 1):
            pass
    except SlowError:
        return True
    except DiedError:
        return False
    return False


def lines_of(entry: str, seed: int, first: int, last: int) -> Iterator[dict]:
    """What a child says, line by line.

    Raises:
        DiedError: it ended before it had done all.
        SlowError: an input took more than `MOST_S`; the child is ended.
    """
    command = [sys.executable, "-m", "tests.fuzz.child", entry, str(seed), str(first), str(last)]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    errors: list[bytes] = []
    readers = [
        threading.Thread(target=pass_on, args=(process.stdout, said.put), daemon=True),
        threading.Thread(target=pass_on, args=(process.stderr, lambda line: errors.append(line or b"")), daemon=True),
    ]
    for reader in readers:
        reader.start()
    inside, done = False, first
    try:
        while True:
            try:
                line = said.get(timeout=MOST_S if inside else START_S)
            except queue.Empty:
                raise (
                    SlowError() if inside else DiedError(f"silent for {START_S:.0f} s outside of any input")
                ) from None
            if line is None:
                break
            told = json.loads(line)
            inside, done = "at" in told, told.get("done", done - 1) + 1
            yield told
    finally:
        process.kill()
        process.wait()
        for reader in readers:
            reader.join()
    if done < last:
        raise DiedError(f"{ending(process.returncode)}\n{b''.join(errors[-30:]).decode(errors='replace')}")


def pass_on(stream, put: Callable[[bytes | None], object]) -> None:
    with stream:
        for line in stream:
            put(line)
    put(None)


def ending(code: int) -> str:
    return f"the process was ended by {signal.Signals(-code).name}" if code < 0 else f"the process ended with {code}"

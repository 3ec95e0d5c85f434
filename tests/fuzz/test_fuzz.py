"""The fuzzer finds what it looks for, and finds nothing in 10,000 inputs."""

import random
import subprocess
import sys

import pytest

from tests.fuzz import entries, run
from tests.fuzz.entries import ENTRIES
from tests.fuzz.mutations import PNG, damaged, with_right_checksums
from tests.fuzz.run import fuzz

INPUTS = 10_700
MOST_RECORDINGS = 400
"""Of these: one takes 50 ms, a hundred times as long as others. All entries together get 10,000 inputs and more."""
BAD_READER = """
import json, os, sys, time
kind, first, last = sys.argv[1], int(sys.argv[3]), int(sys.argv[4])
for number in range(first, last):
    print(json.dumps({"at": number}), flush=True)
    if number == 2:
        if kind == "abort":
            os.abort()
        if kind == "exit":
            os._exit(3)
        if kind == "hang":
            time.sleep(600)
    peak_mb = 2000.0 if (kind, number) == ("memory", 2) else 50.0
    told = {"done": number, "took_s": 0.0, "taken": True, "peak_mb": peak_mb}
    print(json.dumps(told | ({"error": "KeyError: 'x'"} if (kind, number) == ("error", 2) else {})), flush=True)
"""


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("abort", "ended by SIGABRT"),
        ("exit", "ended with 3"),
        ("hang", "took more than"),
        ("memory", "the memory grew to 2000 MB"),
        ("error", "KeyError"),
    ],
)
def test_a_bad_input_is_told_by_its_number_and_the_others_are_read(kind, fault, monkeypatch):
    real = run.subprocess.Popen
    monkeypatch.setattr(
        run.subprocess,
        "Popen",
        lambda command, **options: real([command[0], "-c", BAD_READER, *command[3:]], **options),
    )
    monkeypatch.setattr(run, "MOST_S", 2.0)
    outcome = fuzz(kind, seed=1, inputs=5)
    assert outcome.inputs == 5
    (told,) = outcome.faults
    assert told.startswith(f"{kind} 2:")
    assert fault in told


def test_an_input_is_slow_only_if_it_is_so_every_time(monkeypatch):
    monkeypatch.setattr(run, "too_slow", lambda *_: False)
    calls = []

    def lines(entry, seed, first, last):
        calls.append(first)
        yield {"at": first}
        if first == 0:
            raise run.SlowError
        yield {"done": first, "took_s": 0.1, "taken": True, "peak_mb": 1.0}

    monkeypatch.setattr(run, "lines_of", lines)
    outcome = fuzz("photo", seed=1, inputs=2)
    assert (outcome.inputs, outcome.faults, calls) == (2, [], [0, 1])


def test_the_same_number_gives_the_same_damage_and_others_other():
    seeds = [b"emotion,pixels\n" * 20, PNG + bytes(100)]
    made = [damaged(random.Random(f"{number}"), seeds) for number in range(300)]
    assert made == [damaged(random.Random(f"{number}"), seeds) for number in range(300)]
    assert len(set(made)) > 250
    assert max(map(len, made)) <= 4 * 300


def test_damage_within_a_png_gets_past_its_checksums():
    from PIL import Image, UnidentifiedImageError

    content = bytearray(next(seed for seed in entries.picture_seeds() if seed.startswith(PNG)))
    content[19] ^= 1  # the last byte of the width
    path = entries.io.BytesIO
    with pytest.raises((SyntaxError, UnidentifiedImageError)):
        Image.open(path(bytes(content)))
    assert Image.open(path(bytes(with_right_checksums(content)))).width != 48


def test_the_memory_of_a_large_parent_is_not_the_child_s():
    program = "b = b'x' * (600 << 20); import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    child = "from tests.fuzz.child import peak_mb; print(peak_mb())"
    said = subprocess.run(
        [sys.executable, "-c", program, child], cwd=run.REPOSITORY, check=True, capture_output=True, text=True
    )
    assert 1 < float(said.stdout) < 500


@pytest.mark.parametrize("name", ENTRIES)
def test_every_seed_is_readable_as_it_is(name, tmp_path):
    seeds, read, _ = ENTRIES[name].prepare(tmp_path)
    assert [read(seed) is False for seed in seeds] == [False] * len(seeds)


def inputs_of(name: str) -> int:
    inputs = round(INPUTS * ENTRIES[name].share)
    return min(inputs, MOST_RECORDINGS) if name == "recording" else inputs


@pytest.mark.slow
@pytest.mark.parametrize("name", ENTRIES)
def test_no_damaged_file_crashes_hangs_or_fills_the_memory(name):
    outcome = fuzz(name, seed=2026, inputs=inputs_of(name))
    assert outcome.faults == []
    assert outcome.inputs == inputs_of(name)
    assert outcome.taken > outcome.inputs * 0.02, "hardly any input got past the first look"
    assert outcome.taken < outcome.inputs * 0.9, "hardly any input was damaged"


def test_the_entries_share_all_inputs():
    assert sum(entry.share for entry in ENTRIES.values()) == pytest.approx(1)
    assert sum(map(inputs_of, ENTRIES)) >= 10_000

"""Freed memory goes back to the system."""

import platform

import numpy as np
import pytest

from emotion import live, memory
from emotion.live import GIVE_BACK_EVERY_S, EmotionVideoTransformer
from tests.benchmarks.live import resident_mb
from tests.emotion.test_live import Clock, frame
from tests.fakes import ScriptedAnalyzer


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told to")
def test_what_was_freed_is_resident_no_more():
    blocks = [np.ones(100_000, np.uint8) for _ in range(600)]  # too small for pages of their own
    last = blocks[-1]  # holds the heap's end, so that what lies before it stays with the process
    full = resident_mb()
    del blocks
    assert memory.give_back()
    assert resident_mb() < full - 30
    assert last.all()


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(memory, "_trim", None)
    assert not memory.give_back()


def test_a_stream_gives_back_once_a_second(monkeypatch):
    calls = []
    monkeypatch.setattr(live, "give_back", lambda: calls.append(clock.seconds))
    clock = Clock()
    transformer = EmotionVideoTransformer(ScriptedAnalyzer([]), clock)
    for _ in range(30):
        clock.seconds += 0.125
        transformer.recv(frame())
    assert len(calls) == int(30 * 0.125 / GIVE_BACK_EVERY_S)

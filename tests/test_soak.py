"""A stream with the shipped network leaves nothing behind: in the long run, and over many starts and stops."""

import gc
import mmap
import subprocess
import sys
from dataclasses import replace

import av
import pytest

from emotion import load_analyzer
from emotion.counters import SILENT_AFTER_S
from emotion.live import EmotionVideoTransformer
from emotion.stream import StreamAnalyzer
from tests.benchmarks.soak import MOST_GROWTH_MB, MOST_MB, Footprint, faults, footprint, soak
from tests.conftest import REPOSITORY
from tests.emotion.test_live import Clock
from tests.scenes import on_background

CALM = Footprint(frames=900, resident_mb=200.0, threads=8, files=12)


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ({}, []),
        ({"resident_mb": 200.0 + MOST_GROWTH_MB}, []),
        ({"resident_mb": 206.0}, ["memory grew from 200.0 to 206.0 MB"]),
        (
            {"resident_mb": MOST_MB + 1},
            ["301 MB resident, at most 300 are allowed", "memory grew from 200.0 to 301.0 MB"],
        ),
        ({"threads": 9}, ["threads grew from 8 to 9"]),
        ({"files": 13}, ["open files grew from 12 to 13"]),
    ],
)
def test_what_grew_is_told(later, told):
    assert faults([CALM, replace(CALM, frames=1800, **later)]) == told


def test_what_is_kept_is_noticed():
    kept, frame = [], av.VideoFrame(64, 48, "rgb24")

    def leaky(frame: av.VideoFrame) -> None:
        kept.append(mmap.mmap(-1, mmap.PAGESIZE * 64))  # not from the heap, in which a long test run has room
        kept[-1].write(b"x" * mmap.PAGESIZE * 64)

    told = soak(leaky, [frame], 100, lambda: None, every=50)
    assert any("memory grew" in fault for fault in faults(told)), told


@pytest.mark.slow
def test_a_stream_of_two_minutes_grows_in_nothing():
    """In a process of its own, as nothing else should breathe beside it."""
    command = [sys.executable, "-m", "tests.benchmarks.soak", "--frames", "1800", "--every", "600"]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "nothing grew" in run.stdout


def test_twenty_starts_and_unplugged_cameras_leave_nothing(astronaut):
    """Each stream plays, loses its camera until it counts as silent, gets it back and is stopped."""
    clock = Clock()
    transformer = EmotionVideoTransformer(StreamAnalyzer(load_analyzer().classifier, clock=clock), clock)
    seen: list[list[int | None]] = []
    analyze = transformer._analyzer.analyze
    transformer._analyzer.analyze = lambda image, at=None: _watched(seen, analyze(image, at))
    frame = av.VideoFrame.from_ndarray(on_background(astronaut, 640, 480), format="rgb24").reformat(format="yuv420p")

    def play(frames: int) -> None:
        for _ in range(frames):
            clock.seconds += 1 / 15
            transformer.recv(frame)

    told = []
    for _ in range(20):
        transformer.restart()
        assert transformer.status().frames == 0
        assert not transformer.status().silent
        assert not transformer.timeline.mood(transformer.now()).shares
        seen.clear()
        play(6)
        assert seen == [[1]] * 6, "numbers begin anew with each START"
        clock.seconds += SILENT_AFTER_S + 0.1
        assert transformer.status().silent
        play(6)
        status = transformer.status()
        assert (status.frames, status.failures, status.silent) == (12, 0, False)
        assert seen[-1] == [2], "who was away for longer than a tracker remembers is somebody new"
        assert transformer.timeline.mood(transformer.now()).faces == 1
        gc.collect()
        told.append(footprint(status.frames))
    assert not [fault for fault in faults(told[4:]) if "resident, at most" not in fault]  # pytest itself is large


def _watched(seen, faces):
    seen.append([face.track_id for face in faces])
    return faces

"""The load and the soak program: what they call a fault, and a short run of the first with a real server."""

from dataclasses import replace

import pytest

from tests.benchmarks import load, soak_browser
from tests.benchmarks.load import Load
from tests.benchmarks.soak_browser import Mark
from tests.benchmarks.watched import Held

GOOD = Load(
    {"200": 90, "429": 10},
    [0.1] * 90,
    [0.01] * 100,
    0,
    60.0,
    [15.0] * 4,
    0,
    [Held(second / 2, 300.0, 30, 40) for second in range(120)],
)
MARKS = [Mark(float(minute), 15.0, Held(60.0 * minute, 300.0, 30, 40)) for minute in range(30)]


def test_a_load_that_is_borne_has_no_faults():
    assert load.faults(GOOD) == []
    assert "90 x 200, 10 x 429" in load.table(GOOD)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"statuses": {"200": 90, "500": 1}}, "other than 200 and 429: {'500': 1}"),
        ({"statuses": {"200": 90, "failed": 1}}, "other than 200 and 429"),
        ({"took_s": []}, "no picture was answered"),
        ({"health_failures": 1}, "1 health answers failed"),
        ({"health_s": []}, "0 came"),
        ({"health_s": [0.01, 0.3]}, "a health answer took 300 ms"),
        ({"streams_ended": 1}, "1 streams ended"),
        ({"memory": [replace(mark, resident_mb=300 + mark.at_s) for mark in GOOD.memory]}, "the memory grew"),
    ],
)
def test_what_a_load_must_not_do_is_told(change, fault):
    (told,) = load.faults(replace(GOOD, **change))
    assert fault in told


def test_a_steady_soak_has_no_faults():
    assert soak_browser.faults(MARKS) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda mark: replace(mark, frames_per_s=15.0 if mark.minutes < 20 else 12.0), "the pace fell"),
        (lambda mark: replace(mark, frames_per_s=15.0 if mark.minutes != 20 else 7.0), "the pace stood"),
        (lambda mark: replace(mark, held=replace(mark.held, resident_mb=300 + mark.minutes)), "memory grew"),
        (lambda mark: replace(mark, held=replace(mark.held, threads=30 + round(mark.minutes))), "threads grew"),
        (lambda mark: replace(mark, held=replace(mark.held, files=40 + round(mark.minutes))), "files grew"),
    ],
)
def test_what_falls_or_grows_is_told(change, fault):
    (told,) = soak_browser.faults([change(mark) for mark in MARKS])
    assert fault in told


def test_too_few_looks_are_no_success():
    assert "too few" in soak_browser.faults(MARKS[:6])[0]


@pytest.mark.slow
@pytest.mark.alone
def test_programs_and_cameras_at_once():
    """Five seconds; how quick health is belongs to the program's long run: a test machine may be busy."""
    found = load.measure(clients=20, streams=2, seconds=5)
    print(load.table(found))
    assert found.statuses.keys() <= {"200", "429"}
    assert found.took_s
    assert found.health_failures == 0
    assert found.health_s
    assert found.analysed_per_s > 0
    assert found.streams_ended == 0


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.usefixtures("chromium")
def test_a_camera_in_the_browser_for_a_while():
    """Fifteen seconds; pace and memory belong to the long run, but a thread for each frame would be seen here."""
    marks = soak_browser.soak(streams=1, minutes=0.25, every_s=3)
    print("\n".join(soak_browser.row(mark) for mark in marks))
    assert len(marks) >= 4
    assert all(mark.frames_per_s > 0 for mark in marks)
    assert marks[-1].held.threads <= marks[0].held.threads + 2 * soak_browser.BREATH
    assert marks[-1].held.files <= marks[0].held.files + 2 * soak_browser.BREATH

import pytest

from emotion.pace import WINDOW_S, Pace, PaceMeter


def test_nothing_is_said_before_there_is_something_to_say():
    meter = PaceMeter()
    assert meter.pace(10.0) == Pace(None, None)
    meter.note(0.0, 10.0, 10.1)
    assert meter.pace(10.1) == Pace(None, None)


def test_frames_a_second_and_the_time_they_took():
    meter = PaceMeter()
    for number in range(50):
        at = 100 + number / 10
        meter.note(number / 10, at, at + 0.04)
    pace = meter.pace(104.94)
    assert pace.frames_per_s == pytest.approx(10, rel=0.02)
    assert pace.delay_s == pytest.approx(0.04)


def test_time_spent_waiting_counts():
    meter = PaceMeter()
    meter.note(0.0, 100.0, 100.05)  # came at once
    for number in range(1, 10):  # the others waited for 0.2 s
        at = 100 + number / 10 + 0.2
        meter.note(number / 10, at, at + 0.05)
    assert meter.pace(101.15).delay_s == pytest.approx(0.25)


def test_frames_without_a_stamp_have_at_least_a_time_of_work():
    meter = PaceMeter()
    for number in range(5):
        meter.note(None, number, number + 0.3)
    assert meter.pace(4.3).delay_s == pytest.approx(0.3)


def test_what_is_long_ago_is_forgotten():
    meter = PaceMeter()
    for number in range(5):
        meter.note(None, number / 10, number / 10 + 0.02)
    assert meter.pace(0.5 + WINDOW_S + 1) == Pace(None, None)

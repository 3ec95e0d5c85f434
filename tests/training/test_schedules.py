import pytest

from training.config import TrainConfig
from training.schedules import make_rate, plateau_rate, stalled

pytestmark = pytest.mark.slow


def rates(schedule: str) -> list[float]:
    """The rate of each of 10 epochs of 10 steps, and of the step after."""
    rate = make_rate(TrainConfig(schedule=schedule, warmup_epochs=1), 0.1, epochs=10, steps_per_epoch=10)
    return [float(rate(step)) for step in range(101)]


@pytest.mark.parametrize("schedule", ["constant", "step", "cosine"])
def test_the_rate_climbs_to_its_peak_in_the_warm_up(schedule):
    found = rates(schedule)
    assert found[0] == 0
    assert found[5] == pytest.approx(0.05)
    assert max(found) == pytest.approx(0.1)
    assert found[10] == pytest.approx(0.1)


def test_constant_stays_and_cosine_falls_to_zero():
    assert rates("constant")[10:] == pytest.approx([0.1] * 91)
    assert rates("cosine")[55] == pytest.approx(0.05)
    assert rates("cosine")[100] == pytest.approx(0, abs=1e-8)


def test_step_divides_by_ten_after_half_and_three_quarters():
    found = rates("step")
    assert [found[step] for step in (49, 50, 74, 75, 100)] == pytest.approx([0.1, 0.01, 0.01, 0.001, 0.001])


def test_one_cycle_rises_for_three_tenths_and_falls_below_its_start():
    found = rates("one_cycle")
    assert found[0] == pytest.approx(0.1 / 25)
    assert found.index(max(found)) == 30
    assert found[30] == pytest.approx(0.1)
    assert found[100] < found[0] / 100


def test_a_plateau_halves_the_rate_after_five_epochs_without_a_better_accuracy():
    assert plateau_rate([], 0.1, 0) == pytest.approx(0.1)
    assert plateau_rate([0.5, 0.6, 0.6, 0.5, 0.5, 0.6], 0.1, 0) == pytest.approx(0.1)
    assert plateau_rate([0.5, 0.6, 0.6, 0.5, 0.5, 0.6, 0.6], 0.1, 0) == pytest.approx(0.05)
    assert plateau_rate([0.5] * 11, 0.1, 0) == pytest.approx(0.025)
    assert plateau_rate([], 0.1, warmup_epochs=4) == pytest.approx(0.025)


def test_a_run_has_stalled_when_the_last_epochs_brought_nothing():
    assert not stalled([0.5, 0.6, 0.7], 2)
    assert not stalled([0.7, 0.6, 0.8], 2)
    assert stalled([0.5, 0.8, 0.7, 0.8], 2)
    assert not stalled([0.5, 0.4], 2)
    assert not stalled([0.5] * 20, 0)

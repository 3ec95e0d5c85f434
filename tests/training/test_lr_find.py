"""The learning-rate range test."""

import numpy as np
import pytest

from training.lr_find import main
from training.range_test import Curve


def curve(losses: list[float]) -> Curve:
    rates = tuple(np.geomspace(1e-5, 1, len(losses)))
    return Curve(rates, tuple(losses), tuple(losses))


def test_the_steepest_fall_is_proposed():
    losses = [2.0] * 20 + [1.9, 1.5, 1.1, 1.0] + [1.0] * 10 + [1.4]
    proposed = curve(losses)
    assert proposed.rates[20] <= proposed.proposal() <= proposed.rates[23]


def test_a_loss_that_never_falls_proposes_nothing():
    with pytest.raises(ValueError, match="never fell from rate 1e-05 on: begin with a lower one"):
        curve([1.0 + 0.1 * step for step in range(30)]).proposal()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--lowest", "1", "--highest", "0.1"], "expected 0 < --lowest < --highest"),
        (["--steps", "3"], "at least 20 --steps, got 3"),
        (["--network", "alexnet"], "unknown network 'alexnet', expected one of emotion_net"),
    ],
)
def test_wrong_options_are_one_line_and_exit_code_2(tmp_path, synthetic_csv, capsys, options, message):
    assert main(["--data", str(synthetic_csv), "--out", str(tmp_path / "curve.png"), *options]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "curve.png").exists()


@pytest.mark.slow
def test_the_curve_is_drawn_and_a_rate_proposed(tmp_path, synthetic_csv, capsys):
    network = ["--stem", "4", "--widths", "8", "--blocks", "1", "--dropout", "0", "--batch-size", "16"]
    out = tmp_path / "curve.png"
    assert main(["--data", str(synthetic_csv), "--out", str(out), "--steps", "40", *network]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert "try --learning-rate" in capsys.readouterr().out

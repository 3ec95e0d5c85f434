"""What `--over` may say, and what a wrong one is told."""

import re

import pytest

from training.config import TrainConfig
from training.sweep.space import Listed, Ranged, corners, describe, read_space, read_swept, with_point


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("batch_size=32,64", Listed("batch_size", (32, 64))),
        ("batch-size=32,64", Listed("batch_size", (32, 64))),
        ("learning_rate=0.001, 1e-4", Listed("learning_rate", (1e-3, 1e-4))),
        ("network=lenet,mini_xception", Listed("network", ("lenet", "mini_xception"))),
        ("widths=40:80:160,32:64:128", Listed("widths", ((40, 80, 160), (32, 64, 128)))),
        ("sides=48,32:48", Listed("sides", ((48,), (32, 48)))),
        ("dropout=0.1..0.5", Ranged("dropout", 0.1, 0.5)),
        ("batch_size=32..256", Ranged("batch_size", 32, 256)),
        ("soft_targets=../a.csv,../b.csv", Listed("soft_targets", ("../a.csv", "../b.csv"))),
    ],
)
def test_a_setting_with_its_values_is_read_and_written(text, expected):
    swept = read_swept(text)
    assert swept == expected
    assert read_swept(str(swept)) == expected
    assert all(type(value) is type(other) for value, other in zip(swept.extremes, expected.extremes, strict=True))


@pytest.mark.parametrize(
    ("text", "logarithmic"),
    [
        ("learning_rate=1e-4..1e-2", True),
        ("learning_rate=1e-3..1e-2", True),
        ("dropout=0.1..0.5", False),
        ("weight_decay=0..0.1", False),
        ("batch_size=16..256", True),
    ],
)
def test_a_range_of_a_decade_is_one_of_factors(text, logarithmic):
    assert read_swept(text).logarithmic is logarithmic


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "nothing to sweep: name settings with --over"),
        (["batch_size"], "--over expects SETTING=VALUE,VALUE or SETTING=LOW..HIGH, got 'batch_size'"),
        (["momentum=1,2"], "unknown setting 'momentum', expected one of network,"),
        (["augmentation=1,2"], "unknown setting 'augmentation'"),
        (["batch_size=32,64.5"], "batch_size takes whole numbers, got '64.5'"),
        (["learning_rate=fast,1"], "learning_rate takes numbers, got 'fast'"),
        (["learning_rate=nan,1"], "learning_rate takes numbers, got 'nan'"),
        (["learning_rate=1..inf"], "learning_rate takes numbers, got 'inf'"),
        (["widths=40:wide,8"], "widths takes whole numbers, got 'wide'"),
        (["batch_size="], "batch_size has an empty value"),
        (["batch_size=32,,64"], "batch_size has an empty value"),
        (["batch_size=32.."], "batch_size has an empty value"),
        (["widths=8:,4"], "widths has an empty value"),
        (["batch_size=32,64,32"], "batch_size has the value 32 twice"),
        (["dropout=0.5..0.1"], "dropout needs a range from a lower to a higher value, got 0.5..0.1"),
        (["dropout=0.1..0.1"], "dropout needs a range from a lower to a higher value"),
        (["batch_size=32,64", "batch-size=128"], "--over names batch_size twice"),
        (["batch_size=32", "epochs=5"], "nothing to sweep: batch_size, epochs with one value each are one run"),
    ],
)
def test_a_wrong_one_is_told_with_value_and_cure(texts, message):
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        read_space(texts)
    assert "\n" not in str(error.value)


def test_a_grid_is_every_combination_in_order():
    found = corners(read_space(["epochs=5,6", "widths=8:8,4:4"]))
    assert [describe(settings) for settings in found] == [
        *("epochs=5, widths=8:8", "epochs=5, widths=4:4", "epochs=6, widths=8:8", "epochs=6, widths=4:4")
    ]


def test_a_point_that_makes_no_sense_is_named():
    with pytest.raises(ValueError, match=r"^dropout=1.5: dropout must be at least 0 and less than 1, got 1.5$"):
        with_point(TrainConfig(), {"dropout": 1.5})

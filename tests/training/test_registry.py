import dataclasses

import keras
import numpy as np
import pytest

from training import choices
from training.config import TrainConfig
from training.networks import LOGITS, NETWORKS, make_network, multiply_adds
from training.networks.__main__ import main
from training.networks.resnets import resnet50

pytestmark = pytest.mark.slow

SMALL = ("emotion_net", "lenet", "mini_xception")


@pytest.fixture(scope="module")
def networks() -> dict[str, keras.Model]:
    return {name: make_network(TrainConfig(network=name)) for name in NETWORKS}


def test_the_registry_has_the_names_that_the_settings_know():
    assert tuple(NETWORKS) == choices.NETWORKS


def test_the_settings_of_an_architecture_are_those_that_its_network_reads():
    shapes = {"stem", "widths", "blocks", "expansion"}
    for name, make in NETWORKS.items():
        heeded = {setting for setting in shapes if TrainConfig(network=name).heeds(setting)}
        assert heeded == shapes & set(make.__code__.co_names), name


def test_every_network_takes_faces_as_they_are_and_answers_float32_logits_and_probabilities(networks):
    for name, network in networks.items():
        assert network.name == name
        assert (network.input.shape, network.input.dtype) == ((None, 48, 48, 1), "uint8")
        assert (network.output.shape, network.output.dtype) == ((None, 7), "float32")
        logits = network.get_layer(LOGITS)
        assert isinstance(logits, keras.layers.Dense)
        assert logits.compute_dtype == "float32"
        assert isinstance(network.layers[-1], keras.layers.Softmax)


@pytest.mark.parametrize("name", SMALL)
def test_the_answers_are_probabilities(networks, name):
    faces = np.random.default_rng(1).integers(0, 256, (3, 48, 48, 1), dtype=np.uint8)
    scores = keras.ops.convert_to_numpy(networks[name](faces))
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)


def test_sizes_are_the_published_ones(networks):
    assert networks["mini_xception"].count_params() == 58_423 + 7 * 8  # and our layer of logits
    # torchvision's ResNet18 and 34 without the ImageNet stem and head, with ours (batch statistics are counted too).
    assert networks["resnet18"].count_params() == pytest.approx(11.2e6, rel=0.01)
    assert networks["resnet34"].count_params() == pytest.approx(21.3e6, rel=0.01)
    assert networks["resnet50"].count_params() == 23_587_712 + 2048 * 7 + 7
    assert networks["emotion_net"].count_params() == 641_493
    convolutions = [x for x in networks["internship_cnn"].layers if isinstance(x, keras.layers.Conv2D)]
    assert len(convolutions) == 8


def test_multiply_adds_of_separable_and_depthwise_convolutions_as_counted_by_hand():
    inputs = keras.Input((48, 48, 4))
    x = keras.layers.SeparableConv2D(8, 3, strides=2, padding="same", depth_multiplier=2)(inputs)
    x = keras.layers.DepthwiseConv2D(3, padding="same")(x)
    separable = 24 * 24 * (9 * 4 * 2 + 8 * 8)
    assert multiply_adds(keras.Model(inputs, x)) == separable + 24 * 24 * 9 * 8


def test_grey_has_the_preprocessing_of_imagenet(networks):
    from keras.applications import resnet

    inner = keras.Model(networks["resnet50"].input, networks["resnet50"].get_layer("imagenet_mean").output)
    grey = np.full((1, 48, 48, 1), 77, np.uint8)
    ours = keras.ops.convert_to_numpy(inner(grey))
    assert ours.shape == (1, 96, 96, 3)
    theirs = resnet.preprocess_input(np.full((1, 96, 96, 3), 77, np.float32))
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_without_a_way_to_imagenet_s_weights_it_says_how_to_go_on(monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise Exception("URL fetch failure on https://storage.googleapis.com")

    monkeypatch.setattr(keras.applications, "ResNet50", fail)
    with pytest.raises(OSError, match=r"could not be downloaded \(URL fetch failure.*with --weights none"):
        resnet50(weights="imagenet")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"network": "alexnet"},
            "unknown network 'alexnet', expected one of emotion_net, internship_cnn, inverted_net",
        ),
        ({"optimizer": "lion"}, "unknown optimizer 'lion', expected one of adam, adamw, sgd"),
        ({"schedule": "linear"}, "unknown schedule 'linear', expected one of constant, step, cosine, one_cycle, plat"),
        ({"class_weights": "yes"}, "unknown class_weights 'yes', expected one of none, balanced"),
        ({"weights": "imagenet"}, "weights imagenet are resnet50's, and emotion_net has none"),
        ({"freeze_epochs": 45}, "freeze_epochs must be fewer than the 45 epochs, got 45"),
        ({"ema": 1.0}, "ema must be at least 0 and less than 1, got 1.0"),
        ({"mixup": -1.0}, "mixup must not be negative, got -1.0"),
        ({"ferplus_share": 0.5}, "ferplus and its share go together, got file '' and share 0.5"),
        ({"distil_share": 1.5}, "distil_share must be from 0 to 1, got 1.5"),
    ],
)
def test_settings_that_name_nothing_known_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**settings)


def test_the_table_has_a_line_for_each_network_named(capsys):
    assert main(["mini_xception", "lenet"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["network", "parameters", "multiply-adds"]
    assert [row.split()[0] for row in rows] == ["mini_xception", "lenet"]
    assert rows[0].split()[1:3] == ["58,479", "5,520,497"]
    assert main(["alexnet"]) == 2
    assert "unknown network 'alexnet'" in capsys.readouterr().err


def test_a_network_begins_from_the_weights_of_another_run(tmp_path):
    tiny = TrainConfig(stem=2, widths=(4,), blocks=(1,), seed=1)
    fitted = make_network(tiny)
    fitted.save(tmp_path / "best.keras")
    begun = make_network(dataclasses.replace(tiny, seed=2, begin_from=str(tmp_path / "best.keras")))
    for a, b in zip(fitted.get_weights(), begun.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("prepare", "error", "message"),
    [
        (lambda path: None, FileNotFoundError, "no network to begin from at"),
        (lambda path: path.write_bytes(b"noise"), ValueError, r"best\.keras is no network of this architecture"),
        (
            lambda path: make_network(TrainConfig(stem=2, widths=(6,), blocks=(1,))).save(path),
            ValueError,
            r"best\.keras is no network of this architecture",
        ),
    ],
)
def test_what_is_no_network_to_begin_from_is_told(tmp_path, prepare, error, message):
    path = tmp_path / "best.keras"
    prepare(path)
    with pytest.raises(error, match=message):
        make_network(TrainConfig(stem=2, widths=(4,), blocks=(1,), begin_from=str(path)))

import json

import pytest

from training.config import TrainConfig
from training.model_page import TEMPLATE, command, main, render
from training.train import choose_config, parse


def test_the_page_of_a_fresh_export_has_the_cards_figures(finished_run, capsys):
    path = finished_run / "export" / "emotion_cnn.json"
    assert main([str(path)]) == 0
    page = capsys.readouterr().out
    card = json.loads(path.read_text())
    private = card["metrics"]["PrivateTest"]
    assert page.startswith(f"# Model card: `{card['name']}`")
    assert (
        f"| accuracy | {100 * card['metrics']['PublicTest']['accuracy']:.2f} % | **{100 * private['accuracy']:.2f} %**"
        in page
    )
    for emotion, row in zip(card["labels"], private["confusion_matrix"], strict=True):
        assert f"| **{emotion}** | " + " | ".join(map(str, row)) + " |" in page
    for condition in private["poor_pictures"]:
        assert (f"| {condition} |" in page) == (condition != "as it is")
    assert "{" not in page.replace("# augmentation: {", "")


def test_the_command_gives_the_run_again(finished_run, tmp_path):
    config = json.loads((finished_run / "config.json").read_text())
    words = command(config).split()
    assert words[:3] == ["python", "-m", "training.train"]
    again = choose_config(parse([*words[3:], "--run", str(tmp_path)]))
    assert json.loads(again.to_json()) == config


def test_a_run_on_the_device_is_repeated_with_the_backend_that_it_needs():
    config = json.loads(TrainConfig(program="training.on_device", seed=1).to_json())
    assert command(config) == "KERAS_BACKEND=jax python -m training.on_device --data fer2013.csv --seed 1"


@pytest.mark.parametrize("program", ["ferplus", "robustness", "crop_check"])
def test_the_commands_beside_figures_of_private_test_measure_that(program):
    assert f"`python -m training.{program} --split PrivateTest`" in TEMPLATE.read_text(encoding="utf-8")


def test_the_command_leaves_out_what_changed_nothing():
    config = json.loads(TrainConfig(network="lenet", stem=8, epochs=3, distil_share=0.9).to_json())
    assert command(config) == "python -m training.train --data fer2013.csv --network lenet --epochs 3"
    assert "--stem 8" in command({**config, "network": "inverted_net", "teachers": ["a.keras"]})


def test_a_card_that_tells_too_little_is_named(finished_run, tmp_path, capsys):
    card = json.loads((finished_run / "export" / "emotion_cnn.json").read_text())
    del card["metrics"]["PrivateTest"]["poor_pictures"]
    path = tmp_path / "emotion_cnn.json"
    path.write_text(json.dumps(card))
    assert main([str(path)]) == 2
    assert "does not tell 'poor_pictures': export the network anew" in capsys.readouterr().err
    assert main([str(tmp_path / "none.json")]) == 2
    assert "no model card at" in capsys.readouterr().err


@pytest.mark.parametrize("votes", [None, {"protocol": "by majority", "faces": 9, "accuracy": 0.5}])
def test_what_was_not_measured_is_said(finished_run, tmp_path, votes):
    card = json.loads((finished_run / "export" / "emotion_cnn.json").read_text())
    card["metrics"]["PrivateTest"]["ferplus"] = votes
    card["metrics"]["PrivateTest"]["found_again"] = votes and {
        "faces": 9,
        "accuracy": 0.5,
        "accuracy_of_original_crops": 0.625,
    }
    path = tmp_path / "emotion_cnn.json"
    path.write_text(json.dumps(card))
    page = render(path)
    assert ("not measured" in page) == (votes is None)
    assert ("50.00 % of 9 PrivateTest faces (by majority)" in page) == (votes is not None)
    assert ("(-12.50 points)" in page) == (votes is not None)

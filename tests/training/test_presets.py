import pytest

from training.config import TrainConfig
from training.presets import load_preset, preset_names
from training.train import choose_config, main, parse


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_makes_a_config(name, tmp_path):
    config = choose_config(parse(["--data", "x", "--run", str(tmp_path), "--preset", name]))
    assert config != TrainConfig()


def test_the_student_systems_and_two_machines_have_one():
    assert {"cpu_afternoon", "gpu_half_hour", "internship", "lenet", "mini_xception"} <= set(preset_names())


def test_options_override_the_preset(tmp_path):
    options = ["--data", "x", "--run", str(tmp_path), "--preset", "lenet", "--epochs", "3"]
    config = choose_config(parse(options))
    assert (config.network, config.epochs, config.augmentation.flip_chance) == ("lenet", 3, 0)


def test_a_run_begun_with_a_preset_is_resumed_with_and_without_it(tmp_path):
    options = ["--data", "x", "--run", str(tmp_path), "--preset", "mini_xception", "--epochs", "3"]
    begun = choose_config(parse(options))
    begun.save(tmp_path / "config.json")
    assert choose_config(parse([*options, "--resume"])) == begun
    assert choose_config(parse(["--data", "x", "--run", str(tmp_path), "--resume"])) == begun


def test_an_unknown_preset_is_one_line_with_those_known(tmp_path, capsys):
    assert main(["--data", "x", "--run", str(tmp_path), "--preset", "fast"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("training.train: unknown preset 'fast', expected one of cpu_afternoon, ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("text", ["epochs = ", "depth = 3", "epochs = 0", "[augmentation]\nfog = 1", "epochs = 'x'"])
def test_a_file_that_is_no_preset_is_told_with_its_path(tmp_path, text):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ValueError, match=r"mine\.toml is not a preset"):
        load_preset("mine", tmp_path)

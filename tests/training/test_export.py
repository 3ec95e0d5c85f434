import keras
import numpy as np
import pytest

from emotion.card import ModelCard
from emotion.classifier import EmotionClassifier
from tests.training.test_targets import write_votes
from training import export as exporting
from training.dataset import read_dataset
from training.export import check_parity, export, main
from training.labelled_faces import Split, one_hot, sha256
from training.litert import convert
from training.networks import emotion_net, multiply_adds
from training.provenance import file_sha256
from training.quantised import Gain

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(synthetic_csv):
    return read_dataset(synthetic_csv)


def test_the_card_tells_where_the_network_comes_from(finished_run, data):
    folder = finished_run / "export"
    card = ModelCard.load(folder / "emotion_cnn.json")
    told = card.provenance
    for name in ("emotion_cnn.keras", "emotion_cnn.tflite"):
        assert told["files"][name] == file_sha256(folder / name)
    assert card.name == f"emotion_net-{told['files']['emotion_cnn.tflite'][:12]}"
    assert told["data_sha256"] == sha256(data[Split.TRAINING])
    network = keras.models.load_model(folder / "emotion_cnn.keras", compile=False)
    assert (told["parameters"], told["multiply_adds"]) == (network.count_params(), multiply_adds(network))
    assert 1 <= told["epoch"] <= told["epochs_run"] == 5
    assert told["parity"]["max_difference"] <= 1e-3
    assert told["precision"] == "float32"
    assert told["packages"]["keras"] == keras.__version__
    for metrics in card.metrics.values():
        assert 0 <= metrics["expected_calibration_error"] <= 1
        assert 0 <= metrics["expected_calibration_error_before_temperature"] <= 1


def test_files_that_answer_otherwise_are_not_exported(finished_run, data, tmp_path, monkeypatch):
    out = tmp_path / "model"
    out.mkdir()
    for name in ("emotion_cnn.keras", "emotion_cnn.tflite", "emotion_cnn.json", "README.md"):
        (out / name).write_text(f"old {name}")
    other = emotion_net(stem=4, widths=(4,), blocks=(1,))
    other.get_layer("logits").bias.assign([9, 0, 0, 0, 0, 0, 0])
    monkeypatch.setattr(exporting, "convert", lambda network, path: convert(other, path))
    with pytest.raises(ValueError, match=r"the \.tflite answers otherwise than the \.keras"):
        export(finished_run / "best.keras", data, out)
    assert {p.name: p.read_text() for p in out.iterdir()} == {
        name: f"old {name}" for name in ("emotion_cnn.keras", "emotion_cnn.tflite", "emotion_cnn.json", "README.md")
    }
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_parity_allows_rounding_and_nothing_more():
    scores = np.full((1000, 7), 0.1, np.float32)
    scores[:, 0] = 0.4
    assert check_parity(scores, scores + np.float32(5e-4))["same_label"] == 1
    further = scores.copy()
    further[3] += [-0.002, 0.002, 0, 0, 0, 0, 0]
    with pytest.raises(ValueError, match=r"differ by up to 0\.002"):
        check_parity(scores, further)
    with pytest.raises(ValueError, match="differ by up to nan"):
        check_parity(scores, np.full_like(scores, np.nan))
    close = np.full((1000, 7), 1 / 7, np.float32)
    with pytest.raises(ValueError, match=r"99\.80% of the labels"):
        check_parity(close, close + 1e-4 * np.eye(7, dtype=np.float32)[[0] * 998 + [1] * 2])


def test_a_network_outside_a_run_and_none_at_all_are_refused(finished_run, synthetic_csv, tmp_path, capsys):
    alone = tmp_path / "best.keras"
    alone.write_bytes((finished_run / "best.keras").read_bytes())
    out = tmp_path / "model"
    assert main(["--network", str(alone), "--data", str(synthetic_csv), "--out", str(out)]) == 2
    assert "no config.json beside" in capsys.readouterr().err
    assert main(["--network", str(tmp_path / "x.keras"), "--data", str(synthetic_csv), "--out", str(out)]) == 2
    assert capsys.readouterr().err.startswith("training.export: no network at")
    alone.write_bytes(b"noise")
    assert main(["--network", str(alone), "--data", str(synthetic_csv), "--out", str(out)]) == 2
    assert "is not a Keras network, or is damaged" in capsys.readouterr().err
    assert not out.exists()


def test_the_card_tells_how_the_network_fares_where_faces_are_unlike_the_benchmarks(finished_run):
    card = ModelCard.load(finished_run / "export" / "emotion_cnn.json")
    told = card.metrics["PrivateTest"]
    assert told["poor_pictures"]["as it is"] == pytest.approx(told["accuracy"])
    assert told["poor_pictures"]["24 x 24 source pixels"] <= 1
    assert told["copies_in_training"] == 0
    assert told["accuracy_without_copies"] == pytest.approx(told["accuracy"])
    assert told["found_again"] is None  # stripes are no faces
    assert told["ferplus"] is None  # no votes were given


def test_votes_are_told_by_the_card_too(finished_run, synthetic_csv, data, tmp_path):
    votes = tmp_path / "votes.csv"
    write_votes(votes, 8 * one_hot(data[Split.PUBLIC_TEST].labels), usage="PublicTest")
    rows = votes.read_text().splitlines()[:-1]  # the row that stands for another split
    private = tmp_path / "private.csv"
    write_votes(private, 8 * one_hot(data[Split.PRIVATE_TEST].labels), usage="PrivateTest")
    votes.write_text("\n".join(rows + private.read_text().splitlines()[1:-1]) + "\n")
    options = ["--network", str(finished_run / "best.keras"), "--data", str(synthetic_csv), "--votes", str(votes)]
    assert main([*options, "--out", str(tmp_path / "model")]) == 0
    told = ModelCard.load(tmp_path / "model" / "emotion_cnn.json").metrics["PrivateTest"]
    assert told["ferplus"]["accuracy"] == pytest.approx(told["accuracy"])
    assert told["ferplus"]["faces"] == 60


@pytest.mark.parametrize(
    ("accuracy", "times_as_fast", "kept"), [(0.697, 1.5, True), (0.6969, 1.5, False), (0.71, 0.99, False)]
)
def test_a_file_of_eight_bits_is_kept_where_it_is_nearly_as_good_and_faster(
    finished_run, data, tmp_path, monkeypatch, accuracy, times_as_fast, kept
):
    monkeypatch.setattr(exporting, "compare", lambda *_: Gain(accuracy, 0.7, times_as_fast))
    out = tmp_path / "model"
    out.mkdir()
    (out / "emotion_cnn_int8.tflite").write_text("of an earlier export")
    export(finished_run / "best.keras", data, out)
    names = {"emotion_cnn.keras", "emotion_cnn.tflite", "emotion_cnn.json"}
    assert {p.name for p in out.iterdir()} == names | (
        {"emotion_cnn_int8.tflite", "emotion_cnn_int8.json"} if kept else set()
    )
    if kept:
        small, large = (EmotionClassifier.load(out / f"emotion_cnn{kind}.tflite") for kind in ("_int8", ""))
        faces = data[Split.PUBLIC_TEST].faces
        np.testing.assert_allclose(small.predict(faces), large.predict(faces), atol=0.05)
        assert small.card.provenance["against_float32"]["times_as_fast"] == times_as_fast
        assert small.card.provenance["files"].keys() == {"emotion_cnn_int8.tflite"}

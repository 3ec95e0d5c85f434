"""Teachers, students and ensembles."""

import keras
import numpy as np
import pytest

from training import distil, ensemble
from training.distillation import COUNT, DistillationLoss, accuracy, average_answers, load_teachers, with_teachers
from training.labelled_faces import Split
from training.networks import LOGITS, emotion_net


def tiny_network() -> keras.Model:
    return emotion_net(2, (4,), (1,), dropout=0.0)


def some_faces(count: int = 5) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, 48, 48, 1), dtype=np.uint8)


def test_teachers_answer_the_mean_over_networks_and_mirror_images():
    networks, faces = [tiny_network(), tiny_network()], some_faces()
    inputs = keras.Input((48, 48, 1), dtype="uint8")
    together = keras.Model(inputs, average_answers(inputs, networks, temperature=1.0)).predict(faces, verbose=0)
    views = (faces, faces[:, :, ::-1])
    alone = [network.predict(view, verbose=0) for network in networks for view in views]
    assert np.allclose(together, np.mean(alone, axis=0), atol=1e-5)


def test_only_the_student_is_fitted():
    student, teacher = tiny_network(), tiny_network()
    teacher.trainable = False
    trainee = with_teachers(student, [teacher], temperature=3.0)
    assert trainee.output_shape == (None, 2 * COUNT)
    assert len(trainee.trainable_variables) == len(student.trainable_variables)


@pytest.mark.parametrize(("share", "temperature"), [(0.0, 3.0), (1.0, 1.0), (0.7, 2.0)])
def test_the_loss_is_labels_and_teachers_in_their_shares(share, temperature):
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(4, COUNT)).astype(np.float32)
    answers = rng.dirichlet(np.ones(COUNT), 4).astype(np.float32)
    labels = np.eye(COUNT, dtype=np.float32)[[0, 3, 6, 2]]

    def cross_entropy(targets, values):
        log_probabilities = values - np.log(np.exp(values).sum(axis=1, keepdims=True))
        return -(targets * log_probabilities).sum(axis=1).mean()

    soft = temperature**2 * cross_entropy(answers, logits / temperature)
    expected = (1 - share) * cross_entropy(labels, logits) + share * soft
    loss = DistillationLoss(share, temperature, label_smoothing=0.0)(labels, np.hstack([logits, answers]))
    assert float(loss) == pytest.approx(expected, rel=1e-4)


def test_accuracy_is_the_students_not_the_teachers():
    right, wrong = np.eye(COUNT)[[2]], np.eye(COUNT)[[5]]
    assert float(np.asarray(accuracy(right, np.hstack([right, wrong])))[0]) == 1.0
    assert float(np.asarray(accuracy(right, np.hstack([wrong, right])))[0]) == 0.0


def test_a_missing_or_strange_teacher_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no teacher at"):
        load_teachers([tmp_path / "none.keras"])
    inputs = keras.Input((48, 48, 1))
    keras.Model(inputs, keras.layers.Flatten()(inputs)).save(tmp_path / "strange.keras")
    with pytest.raises(ValueError, match=r"strange\.keras is not a network of"):
        load_teachers([tmp_path / "strange.keras"])


def test_without_teachers_nothing_is_distilled(tmp_path, synthetic_csv, capsys):
    assert distil.main(["--data", str(synthetic_csv), "--run", str(tmp_path / "run")]) == 2
    assert "nobody teaches" in capsys.readouterr().err


@pytest.mark.slow
def test_a_student_is_distilled_and_exported_without_its_teachers(tmp_path, synthetic_csv, finished_run, tiny):
    run = tmp_path / "student"
    options = ["--data", str(synthetic_csv), "--run", str(run), "--teachers", str(finished_run / "best.keras"), *tiny]
    assert distil.main([*options, "--epochs", "2"]) == 0
    student = keras.models.load_model(run / "export" / "emotion_cnn.keras")
    assert student.output_shape == (None, COUNT)
    assert student.get_layer(LOGITS) is not None


def test_an_ensemble_is_said_to_be_one(synthetic_csv, finished_run, capsys):
    best = str(finished_run / "best.keras")
    split = Split.PUBLIC_TEST.value
    assert ensemble.main(["--models", best, best, "--data", str(synthetic_csv), "--split", split]) == 0
    printed = capsys.readouterr().out
    assert "ensemble of 2, averaged over the face and its mirror image; not the figure of a single network" in printed
    assert printed.count("best.keras: accuracy") == 2

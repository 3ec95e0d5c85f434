import numpy as np
import pytest

from tests.training.unvaried import UNVARIED
from training.augmentation import Augmentation
from training.batches import AugmentedBatches
from training.labelled_faces import LabelledFaces, one_hot


@pytest.fixture
def data() -> LabelledFaces:
    """24 faces, each of one grey value: its own number."""
    faces = np.broadcast_to(np.arange(24, dtype=np.uint8)[:, None, None, None], (24, 48, 48, 1))
    return LabelledFaces(faces.copy(), np.arange(24) % 7)


def order(batches: AugmentedBatches) -> list[int]:
    """The numbers of the faces in the order in which an epoch shows them."""
    return [int(face[0, 0, 0]) for index in range(len(batches)) for face in batches[index][0]]


def test_an_epoch_shows_every_face_once_with_its_own_label(data):
    batches = AugmentedBatches(data, UNVARIED, batch_size=6, seed=1)
    assert len(batches) == 4
    assert sorted(order(batches)) == list(range(24))
    faces, targets = batches[0]
    assert faces.shape == (6, 48, 48, 1)
    assert targets.dtype == np.float32
    np.testing.assert_array_equal(targets.argmax(axis=1), faces[:, 0, 0, 0] % 7)


def test_every_epoch_has_another_order_and_other_variations(data):
    batches = AugmentedBatches(data, Augmentation(), batch_size=6, seed=1)
    plain = AugmentedBatches(data, UNVARIED, batch_size=6, seed=1)
    first, first_order = batches[0][0], order(plain)
    batches.on_epoch_end()
    plain.on_epoch_end()
    assert (batches[0][0] != first).any()
    assert order(plain) != first_order
    assert sorted(order(plain)) == list(range(24))


def test_the_same_seed_and_epoch_give_the_same_batches_whenever_they_are_asked_for(data):
    begun = AugmentedBatches(data, Augmentation(), batch_size=6, seed=1)
    begun.on_epoch_end()
    resumed = AugmentedBatches(data, Augmentation(), batch_size=6, seed=1, epoch=1)
    for index in (3, 0, 2):
        np.testing.assert_array_equal(begun[index][0], resumed[index][0])
    assert (AugmentedBatches(data, Augmentation(), batch_size=6, seed=2, epoch=1)[0][0] != resumed[0][0]).any()


def test_the_smaller_last_batch_is_left_out(data):
    assert len(AugmentedBatches(data, UNVARIED, batch_size=7, seed=1)) == 3


def test_fewer_faces_than_a_batch_are_refused(data):
    with pytest.raises(ValueError, match="24 training faces are fewer than one batch of 25"):
        AugmentedBatches(data, UNVARIED, batch_size=25, seed=1)


def test_one_hot_has_a_column_per_emotion():
    np.testing.assert_array_equal(one_hot(np.array([6, 0])), [[0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0]])


def test_faces_come_in_the_side_that_is_asked_for(data):
    batches = AugmentedBatches(data, UNVARIED, batch_size=6, seed=1)
    assert batches[0][0].shape == (6, 48, 48, 1)
    batches.side = 32
    assert batches[0][0].shape == (6, 32, 32, 1)


@pytest.mark.slow
def test_batches_made_ahead_by_threads_are_the_same_in_the_same_order(data):
    import keras

    seen = {}
    for workers in (1, 4):
        batches = AugmentedBatches(data, Augmentation(), batch_size=6, seed=1, workers=workers)
        network = keras.Sequential([keras.Input((48, 48, 1)), keras.layers.Flatten(), keras.layers.Dense(7)])
        network.set_weights([np.full(w.shape, 0.01, np.float32) for w in network.get_weights()])
        network.compile(optimizer=keras.optimizers.SGD(1e-6), loss="mse")
        seen[workers] = network.fit(batches, epochs=3, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(seen[4], seen[1], rtol=1e-6)
    assert len(set(seen[1])) == 3

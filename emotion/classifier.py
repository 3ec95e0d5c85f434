"""The network behind one call: a batch of faces in, calibrated probabilities out."""

import threading
from pathlib import Path
from typing import Protocol

import numpy as np

from emotion.card import ModelCard, card_path
from emotion.faces import FaceBatch, Scores, require_faces
from emotion.labels import EMOTIONS

INFERENCE_THREADS = 2


class Backend(Protocol):
    """A loaded network: uint8 (n, 48, 48, 1) with n >= 1 -> float32 (n, 7)."""

    def __call__(self, faces: FaceBatch) -> Scores: ...


class EmotionClassifier:
    """Reads expressions from face crops; safe to share between threads (calls take turns)."""

    def __init__(self, backend: Backend, card: ModelCard) -> None:
        self.card = card
        self._backend = backend
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: str | Path, card: ModelCard | None = None) -> "EmotionClassifier":
        """Load a `.tflite` (on LiteRT) or `.keras` (on TensorFlow) network and the card beside it.

        A `card` given here is used instead of the file, for networks that have none yet.

        Raises:
            FileNotFoundError: no model or no card there.
            ValueError: not a network of this kind, or its card disagrees with this app.
        """
        path = Path(path)
        if path.suffix not in LOADERS:
            raise ValueError(f"cannot load {path}: expected a file ending in {' or '.join(LOADERS)}")
        if not path.is_file():
            raise FileNotFoundError(f"no model at {path}: restore the repository's model/ folder or set EMOTION_MODEL")
        card = card or ModelCard.load(card_path(path))
        classifier = cls(LOADERS[path.suffix](path), card)
        classifier._check_answer(path)
        return classifier

    def predict(self, faces: FaceBatch) -> Scores:
        """Calibrated probabilities, float32 (n, 7), for uint8 faces (n, 48, 48, 1); n may be 0."""
        require_faces(faces)
        if len(faces) == 0:
            return np.zeros((0, len(EMOTIONS)), np.float32)
        with self._lock:
            return self._backend(faces)

    def _check_answer(self, path: Path) -> None:
        """One blank face through the network: warms it up and proves that it answers seven probabilities."""
        answer = self.predict(np.zeros((1, *self.card.input_shape), np.uint8))
        if answer.shape != (1, len(EMOTIONS)) or not np.isclose(answer.sum(), 1, atol=1e-3):
            raise ValueError(f"{path} answers {answer.tolist()} to one face, expected {len(EMOTIONS)} probabilities")


class LiteRTBackend:
    """A `.tflite` file on LiteRT; the input is resized only when the number of faces changes."""

    def __init__(self, path: Path, threads: int = INFERENCE_THREADS) -> None:
        # The only import of LiteRT: the package was tflite-runtime before and may be renamed again.
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(str(path), num_threads=threads)
            self._input = self._interpreter.get_input_details()[0]["index"]
            self._output = self._interpreter.get_output_details()[0]["index"]
        except (ValueError, RuntimeError, IndexError) as error:
            raise ValueError(f"{path} is not a LiteRT network, or is damaged: {error}") from error
        self._count = 0

    def __call__(self, faces: FaceBatch) -> Scores:
        if len(faces) != self._count:
            self._interpreter.resize_tensor_input(self._input, faces.shape)
            self._interpreter.allocate_tensors()
            self._count = len(faces)
        self._interpreter.set_tensor(self._input, np.ascontiguousarray(faces))
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output)


class KerasBackend:
    """A `.keras` file on TensorFlow, compiled once for any number of faces.

    A process that also streams must import streamlit-webrtc first, as the page does: libsrtp crashes the process when
    it is loaded after TensorFlow (seen with TensorFlow 2.21.0 and pylibsrtp 1.0.0).
    """

    def __init__(self, path: Path) -> None:
        try:
            # The only use of TensorFlow outside training/: 500 MB that serving on LiteRT does without.
            import keras
            import tensorflow as tf
        except ImportError as error:
            raise ValueError(
                f"{path} needs TensorFlow, which is not installed: pip install -r requirements-train.txt, "
                "or use the .tflite network"
            ) from error
        try:
            network = keras.models.load_model(path, compile=False)
        except (ValueError, OSError, TypeError) as error:
            raise ValueError(f"{path} is not a Keras network, or is damaged: {error}") from error
        signature = tf.TensorSpec((None, *network.input_shape[1:]), tf.uint8)
        self._call = tf.function(lambda faces: network(faces, training=False), input_signature=[signature])

    def __call__(self, faces: FaceBatch) -> Scores:
        return self._call(faces).numpy()


LOADERS = {".tflite": LiteRTBackend, ".keras": KerasBackend}

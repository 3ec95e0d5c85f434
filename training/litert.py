"""A Keras network as a LiteRT file."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras


def convert(network: keras.Model, path: Path, **settings: Any) -> None:
    """Write `network` to `path` (`.tflite`), for any number of faces; `settings` are those of TensorFlow's converter.

    Raises:
        ValueError: Keras does not run on TensorFlow, which alone converts with an open number of faces.
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(f"converting to LiteRT needs KERAS_BACKEND=tensorflow, got {keras.backend.backend()}")
    with quiet():
        network.export(path, format="litert", verbose=False, **settings)


def in_float32(network: keras.Model) -> keras.Model:
    """A copy of `network` that computes in float32, with the weights (float32 under every policy) of the original."""

    def plain(layer: keras.Layer) -> keras.Layer:
        return type(layer).from_config({**layer.get_config(), "dtype": "float32"})

    copy = keras.models.clone_model(network, clone_function=plain)
    copy.set_weights(network.get_weights())
    return copy


@contextmanager
def quiet() -> Iterator[None]:
    """Keep off the terminal what TensorFlow's C++ prints there, a hundred lines; show it if the block fails."""
    streams = (1, 2)
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log:
        kept = [os.dup(stream) for stream in streams]
        failed = True
        try:
            for stream in streams:
                os.dup2(log.fileno(), stream)
            yield
            failed = False
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for copy, stream in zip(kept, streams, strict=True):
                os.dup2(copy, stream)
                os.close(copy)
            if failed:
                log.seek(0)
                sys.stderr.write(log.read().decode(errors="replace"))

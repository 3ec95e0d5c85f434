"""Where a network comes from: what its card tells about run, data, software and files."""

import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import keras

from training.labelled_faces import LabelledFaces, sha256
from training.networks import multiply_adds
from training.run_folder import best_epoch, read_history

PACKAGES = ("keras", "tensorflow", "numpy", "ai-edge-litert", "opencv-python-headless")


def provenance(best: Path, network: keras.Model, training: LabelledFaces) -> dict[str, Any]:
    """JSON values for the card of `network`, which the run beside `best` has chosen and which is as it was fitted."""
    history = read_history(best.parent / "history.csv")
    return {
        "config": json.loads((best.parent / "config.json").read_text(encoding="utf-8")),
        "epoch": best_epoch(history),
        "epochs_run": len(history),
        "precision": precision_of(network),
        "data_sha256": sha256(training),
        "parameters": network.count_params(),
        "multiply_adds": multiply_adds(network),
        "packages": package_versions(),
    }


def precision_of(network: keras.Model) -> str:
    """The Keras policy that the convolutions of `network` compute in."""
    return next(layer.dtype_policy.name for layer in network.layers if isinstance(layer, keras.layers.Conv2D))


def require_run(best: Path) -> None:
    """Raise `FileNotFoundError` unless `best` stands in the folder of the run that it comes from."""
    for name in ("config.json", "history.csv"):
        if not (best.parent / name).is_file():
            raise FileNotFoundError(f"no {name} beside {best}: export takes a network from the folder of its run")


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide a network's numbers."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def version(package: str) -> str:
    """The installed version of `package`, or "not installed" (opencv and tensorflow come under other names too)."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

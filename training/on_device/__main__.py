"""Fit a network on a GPU, all data on it: `KERAS_BACKEND=jax python -m training.on_device --data fer2013.csv`.

The settings and the run's folder are those of `training.train`; what that can and a run here cannot is refused. With
--teachers they answer --copies varied and mixed copies of every face first, --distil-share of whose targets are these
answers.
"""

import argparse
import dataclasses
import sys
from collections.abc import Sequence

from training.config import TrainConfig
from training.options import warn_of_unheeded, with_settings
from training.precision import choose_precision
from training.train import make_parser, run

PROGRAM = "training.on_device"
COPIES = 32
"""Of 28,709 faces they take 2.1 GB on the device."""


def main(argv: Sequence[str] | None = None) -> int:
    """Fit; 0 when done, 1 when the loss was lost, 2 for wrong input, 130 after Ctrl-C."""
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = parse(given)
    return run(PROGRAM, given, lambda: work(choose(arguments), arguments), resumable=False)


def choose(arguments: argparse.Namespace) -> TrainConfig:
    """The settings of a run of this program."""
    return with_settings(dataclasses.replace(TrainConfig(), program=PROGRAM), arguments)


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command line's options; argparse ends the program with 2 where they are wrong."""
    parser = make_parser(PROGRAM, __doc__, resumable=False)
    parser.add_argument(
        "--copies", type=int, metavar="N", help=f"of each face that teachers answer (default: {COPIES})"
    )
    parser.add_argument(
        "--minutes", type=float, default=0.0, metavar="X", help="as many epochs as fit into these, instead of --epochs"
    )
    return parser.parse_args(argv)


def work(config: TrainConfig, arguments: argparse.Namespace) -> None:
    """One run, from its settings to its best network."""
    # Imported once the options are known to be right: Keras takes seconds, which --help need not wait for.
    from pathlib import Path

    import keras

    from training.dataset import read_dataset
    from training.distillation import load_teachers
    from training.labelled_faces import Split, require_trainable
    from training.networks import make_network
    from training.run_folder import RunFolder

    backend = keras.backend.backend()
    if backend != "jax":
        raise ValueError(f"KERAS_BACKEND is {backend}; a run on the device needs jax")
    copies = COPIES if arguments.copies is None else arguments.copies
    if copies < 1 or arguments.minutes < 0:
        raise ValueError(f"--copies must be positive and --minutes not negative: {copies}, {arguments.minutes}")
    if arguments.copies is not None and not config.teachers:
        raise ValueError("--copies is of what teachers answer: give --teachers FILE ..., or leave it out")
    from training.on_device.answered import answered_copies
    from training.on_device.fit import fit, require_known_here

    require_known_here(config)
    warn_of_unheeded(PROGRAM, config)
    if (arguments.run / "best.keras").exists():
        raise FileExistsError(f"{arguments.run} holds a run already: name another --run")
    keras.config.set_dtype_policy(choose_precision(arguments.precision, backend))
    folder = RunFolder(arguments.run, make_network(config))
    folder.begin(config, resume=False)
    data = require_trainable(read_dataset(arguments.data))
    training = data[Split.TRAINING]
    teachers = load_teachers([Path(path) for path in config.teachers])
    answered = answered_copies(config, training, teachers, copies) if teachers else None
    fit(config, folder, training, data[Split.PUBLIC_TEST], answered, arguments.minutes)
    print(f"{len(folder.history)} epochs, best PublicTest {max(folder.accuracies):.2%}")
    print("where TensorFlow is, export with")
    out = arguments.run / "export"
    print(f"  python -m training.export --network {folder.best} --data {arguments.data} --out {out}")


if __name__ == "__main__":
    sys.exit(main())

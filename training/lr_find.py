"""Find a learning rate before a run: `python -m training.lr_find --data fer2013.csv [--network NAME ...]`.

Fits a few batches at ever higher rates, draws how the loss falls and breaks out, and proposes the rate at which it
fell most steeply. Nothing of the network is kept.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from training.config import TrainConfig
from training.options import add_settings, with_settings
from training.precision import PRECISIONS, choose_precision

FEWEST_STEPS = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Draw the curve and print the proposal; 2 and one line on stderr if the input was wrong."""
    arguments = parse(argv)
    try:
        rate = find(arguments)
    except (ValueError, OSError) as error:
        print(f"training.lr_find: {error}", file=sys.stderr)
        return 2
    print(f"{arguments.out} drawn; try --learning-rate {rate:.2g}")
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line's options; argparse ends the program with 2 where they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.lr_find", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="path of fer2013.csv")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/lr_find.png"), help="picture of the curve (default: %(default)s)"
    )
    parser.add_argument("--lowest", type=float, default=1e-5, help="first rate (default: %(default)s)")
    parser.add_argument("--highest", type=float, default=1.0, help="last rate (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=150, help="batches (default: %(default)s)")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto", help="default: %(default)s")
    add_settings(parser)
    return parser.parse_args(argv)


def find(arguments: argparse.Namespace) -> float:
    """Run the test on the Training split, draw it, and return the rate to propose."""
    if not 0 < arguments.lowest < arguments.highest:
        raise ValueError(f"expected 0 < --lowest < --highest, got {arguments.lowest} and {arguments.highest}")
    if arguments.steps < FEWEST_STEPS:
        raise ValueError(f"expected at least {FEWEST_STEPS} --steps, got {arguments.steps}")
    config = with_settings(TrainConfig(), arguments)
    # Imported once the options are known to be right: Keras takes seconds, which --help need not wait for.
    import keras

    from training.dataset import read_dataset
    from training.fit import make_batches
    from training.labelled_faces import Split
    from training.range_test import draw, range_test

    keras.config.set_dtype_policy(choose_precision(arguments.precision, keras.backend.backend()))
    batches = make_batches(config, read_dataset(arguments.data)[Split.TRAINING])
    curve = range_test(config, batches, arguments.lowest, arguments.highest, arguments.steps)
    rate = curve.proposal()
    draw(curve, rate, arguments.out)
    return rate


if __name__ == "__main__":
    sys.exit(main())

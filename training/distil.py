"""Fit a small network on what strong ones answer: `python -m training.distil --teachers A.keras B.keras --data ...`.

A run like that of `python -m training.train`, with the same options and folder: the target is, beside the label, the
teachers' mean softened answer to the very face that the student sees and to its mirror image (Hinton et al., 2015).
"""

import sys
from collections.abc import Sequence

from training.config import TrainConfig
from training.train import choose_config, parse, run, train

PROGRAM = "training.distil"


def main(argv: Sequence[str] | None = None) -> int:
    """Distil; exit codes as `training.train` has them."""
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = parse(given, PROGRAM, __doc__)
    return run(PROGRAM, given, lambda: train(arguments.run, require_teachers(choose_config(arguments)), arguments))


def require_teachers(config: TrainConfig) -> TrainConfig:
    """Return `config` if somebody teaches; `ValueError` otherwise."""
    if not config.teachers:
        raise ValueError("nobody teaches: give --teachers FILE ..., the best.keras of one run or more")
    return config


if __name__ == "__main__":
    sys.exit(main())

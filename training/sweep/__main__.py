"""Fit over several settings and compare on PublicTest: `python -m training.sweep --data fer2013.csv --over ...`.

`--over batch_size=32,64,128 epochs=50,100` fits every combination, each a run in a folder of its own, like one of
`training.train`; `--search 30 --over learning_rate=1e-4..1e-2 dropout=0.1..0.5` fits 30 that Optuna proposes. An
interrupted sweep goes on with --resume. PrivateTest is not measured.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from training.config import TrainConfig
from training.options import with_settings
from training.precision import choose_precision
from training.sweep.space import Ranged, Swept, corners, read_space, with_point
from training.train import make_parser, run

PROGRAM = "training.sweep"
OVER = """settings that change from run to run, any of those below: SETTING=VALUE,VALUE lists values, the
parts of one between colons (widths=40:80:160,32:64:128); SETTING=LOW..HIGH is a range to --search in, by factors where
it spans a decade or more"""


def main(argv: Sequence[str] | None = None) -> int:
    """Sweep; 0 done, 2 for wrong input, 130 after Ctrl-C."""
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = parse(given)
    return run(PROGRAM, given, lambda: sweep(arguments))


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command line's options; argparse ends the program with 2 where they are wrong."""
    parser = make_parser(PROGRAM, __doc__)
    parser.add_argument("--over", nargs="+", action="extend", default=[], metavar="SETTING=VALUES", help=OVER)
    parser.add_argument(
        "--search",
        type=int,
        metavar="N",
        help="fit N points that Optuna proposes, the first ten at random; runs worse than the median one end early",
    )
    parser.set_defaults(run=Path("runs/sweep"))
    return parser.parse_args(argv)


def sweep(arguments: argparse.Namespace) -> None:
    """Check everything, fit the points, and after each write what there is so far; print the tables."""
    space = read_space(arguments.over)
    config = choose_config(arguments, space)
    folder = arguments.run
    if not arguments.resume:
        require_no_sweep(folder)
    # Imported once the options are known to be right: Keras takes seconds, which --help need not wait for.
    import keras

    from training.dataset import read_dataset
    from training.labelled_faces import Split, require_trainable
    from training.sweep.points import Fitting, grid
    from training.sweep.results import Point, markdown, verdict, write_results

    keras.config.set_dtype_policy(choose_precision(arguments.precision, keras.backend.backend()))
    data = require_trainable(read_dataset(arguments.data))
    fitting = Fitting(data[Split.TRAINING], data[Split.PUBLIC_TEST], arguments.resume)
    require_batches(config, space, len(fitting.training))
    if arguments.search is None:
        fitted = grid(folder, config, space, fitting)
    else:
        from training.sweep.search import search  # Optuna takes a second, which a grid does without

        fitted = search(folder, config, space, arguments.search, fitting)
    points: list[Point] = []
    for point in fitted:
        points.append(point)
        write_results(folder, points, space)
    print(f"\n{markdown(points, space)}\n\n{verdict(points, arguments.data)}")
    print(f"{folder / 'sweep.csv'}, sweep.md and sweep.png written")


def choose_config(arguments: argparse.Namespace, space: Sequence[Swept]) -> TrainConfig:
    """The settings of the first point, which the others change; all are tried, of ranges the bounds.

    Raises:
        ValueError: settings that make no sense, at one point or as a whole.
    """
    for swept in space:
        if hasattr(arguments, swept.name):
            raise ValueError(
                f"{swept.name} is both in --over and an option of its own: leave out --{swept.name.replace('_', '-')}"
            )
    ranges = [swept.name for swept in space if isinstance(swept, Ranged)]
    if arguments.search is None and ranges:
        raise ValueError(f"{ranges[0]} has a range, which is for a search: add --search N, or list its values")
    if arguments.search is not None and not ranges:
        raise ValueError("--search needs a range, such as --over dropout=0.1..0.5; for lists alone leave it out")
    if arguments.search is not None and arguments.search < 1:
        raise ValueError(f"--search needs at least 1 point, got {arguments.search}")
    first, *others = corners(space)
    # From the first point on, as some settings make sense only together, such as widths and blocks.
    config = with_settings(TrainConfig(), argparse.Namespace(**vars(arguments) | first))
    points = [config, *(with_point(config, settings) for settings in others)]
    for swept in space:
        if not any(point.heeds(swept.name) for point in points):
            raise ValueError(f"no run has a use for {swept.name}: all its values would fit the same network")
    return config


def require_no_sweep(folder: Path) -> None:
    """`FileExistsError` if a sweep has begun in `folder`."""
    if any(folder.glob("*/config.json")) or (folder / "search.db").exists():
        raise FileExistsError(f"{folder} holds a sweep already: add --resume to go on, or name another --run")


def require_batches(config: TrainConfig, space: Sequence[Swept], faces: int) -> None:
    """`ValueError` if a point's batch is larger than the Training split: better now than after hours."""
    largest = max(with_point(config, settings).batch_size for settings in corners(space))
    if largest > faces:
        raise ValueError(f"{faces} training faces are fewer than one batch of {largest}")


if __name__ == "__main__":
    sys.exit(main())

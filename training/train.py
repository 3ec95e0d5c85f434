"""Fit a network on FER-2013 and export it: `python -m training.train --data fer2013.csv [--run runs/NAME] [--resume]`.

Epochs are chosen on PublicTest; PrivateTest is measured once, at the end. An interrupted run goes on with --resume.
"""

import argparse
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from training.config import TrainConfig
from training.options import add_settings, warn_of_unheeded, with_settings
from training.precision import PRECISIONS, choose_precision

PROGRAM = "training.train"


def main(argv: Sequence[str] | None = None) -> int:
    """Train; 0 when exported, 1 when the loss was lost, 2 for wrong input, 130 after Ctrl-C."""
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = parse(given)
    return run(PROGRAM, given, lambda: train(arguments.run, choose_config(arguments), arguments))


def run(program: str, given: Sequence[str], work: Callable[[], None], resumable: bool = True) -> int:
    """Do `work`, and say on stderr, with an exit code, how it ended early; `given` are the options of `program`."""
    try:
        work()
    except KeyboardInterrupt:
        kept = "\ninterrupted: the run's folder keeps the last whole epoch, if there was one; go on with\n  "
        print(kept + resume_command(given, program) if resumable else "\ninterrupted", file=sys.stderr)
        return 130
    except FloatingPointError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    except (ValueError, OSError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    return 0


def train(folder: Path, config: TrainConfig, arguments: argparse.Namespace) -> None:
    """One run in `folder`, from its settings to the exported files."""
    warn_of_unheeded(PROGRAM, config)
    # Imported once the options are known to be right: Keras takes seconds, which --help need not wait for.
    import keras

    from training.dataset import read_dataset
    from training.export import export, summary
    from training.fit import fit
    from training.labelled_faces import Split, require_trainable
    from training.networks import make_network
    from training.run_folder import RunFolder

    backend = keras.backend.backend()
    keras.config.set_dtype_policy(choose_precision(arguments.precision, backend))
    run = RunFolder(folder, make_network(config))
    run.begin(config, arguments.resume)
    data = require_trainable(read_dataset(arguments.data))
    fit(config, run, data[Split.TRAINING], data[Split.PUBLIC_TEST])
    if backend != "tensorflow":
        print(
            f"fitted on {backend}; where TensorFlow is installed, export with\n"
            f"  python -m training.export --network {run.best} --data {arguments.data} --out {arguments.out}"
        )
        return
    print(summary(export(run.best, data, arguments.out), arguments.out))


def parse(argv: Sequence[str], program: str = PROGRAM, description: str | None = __doc__) -> argparse.Namespace:
    """The command line's options; argparse ends the program with 2 where they are wrong."""
    parser = make_parser(program, description)
    parser.add_argument("--out", type=Path, help="folder for the exported files (default: export in the run's folder)")
    arguments = parser.parse_args(argv)
    arguments.out = arguments.out or arguments.run / "export"
    return arguments


def make_parser(program: str, description: str | None, resumable: bool = True) -> argparse.ArgumentParser:
    """The options that every program which fits a network has; `--resume` where its runs can be."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument("--data", type=Path, required=True, help="path of fer2013.csv")
    parser.add_argument(
        "--run", type=Path, default=Path("runs/default"), help="folder of the run (default: %(default)s)"
    )
    if resumable:
        parser.add_argument(
            "--resume", action="store_true", help="go on after the last whole epoch, with the run's settings"
        )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="format of the matrix work; auto takes bfloat16 where the hardware has it (default: %(default)s)",
    )
    add_settings(parser)
    return parser


def choose_config(arguments: argparse.Namespace) -> TrainConfig:
    """The settings given, on top of those of the run that is resumed or else of the defaults."""
    settings = arguments.run / "config.json"
    begun = arguments.resume and settings.is_file()
    return with_settings(TrainConfig.load(settings) if begun else TrainConfig(), arguments)


def resume_command(argv: Sequence[str], program: str = PROGRAM) -> str:
    """The command that goes on where the one with these options was interrupted."""
    return shlex.join(["python", "-m", program, *(a for a in argv if a != "--resume"), "--resume"])


if __name__ == "__main__":
    sys.exit(main())

"""Any common form of FER-2013, read, counted and converted: `python -m training.dataset show|convert ...`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from emotion.labels import EMOTIONS
from training.csv_files import read_csv_file, write_csv_file
from training.folders import read_folders, write_folders
from training.labelled_faces import Dataset, Split

SEED = 2013


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 2 and one line on stderr if the input was wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.dataset", description="Read, count and convert faces.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    show = commands.add_parser("show", help="count the faces of a data set per split and emotion")
    show.set_defaults(run=run_show)
    convert = commands.add_parser(
        "convert", help="turn image folders into a CSV like fer2013.csv, or a CSV into image folders"
    )
    convert.set_defaults(run=run_convert)
    for command in (show, convert):
        command.add_argument("input", type=Path, metavar="IN", help="a CSV file, or a folder of image folders")
        command.add_argument("--seed", type=int, default=SEED, help="draws splits that IN lacks (default: %(default)s)")
    convert.add_argument("output", type=Path, metavar="OUT", help="a name ending in .csv, or a new folder")
    arguments = parser.parse_args(argv)
    try:
        arguments.run(arguments)
    except (ValueError, OSError) as error:
        print(f"training.dataset: {error}", file=sys.stderr)
        return 2
    return 0


def run_show(arguments: argparse.Namespace) -> None:
    print(table(read_dataset(arguments.input, arguments.seed)))


def run_convert(arguments: argparse.Namespace) -> None:
    data = read_dataset(arguments.input, arguments.seed)
    write = write_csv_file if arguments.output.suffix.lower() == ".csv" else write_folders
    write(arguments.output, data)
    print(f"{arguments.output}:\n{table(data)}")


def read_dataset(path: str | Path, seed: int = SEED) -> Dataset:
    """Read a CSV (official, or label and pixels) or image folders; splits that it lacks are drawn by `seed`.

    Raises:
        FileNotFoundError: nothing there; the message says where FER-2013 comes from.
        ValueError: something that cannot be read; the message names the line or the picture.
    """
    path = Path(path)
    if path.is_dir():
        return read_folders(path, seed)
    if not path.is_file():
        raise FileNotFoundError(
            f"no data set at {path}: download fer2013.csv of Kaggle's 'Challenges in Representation Learning: "
            "Facial Expression Recognition Challenge' and give its path"
        )
    return read_csv_file(path, seed)


def table(data: Dataset) -> str:
    """Faces per split and emotion, for the terminal."""
    lines = [f"{'':10}" + "".join(f"{split.value:>13}" for split in Split)]
    for emotion in EMOTIONS:
        lines.append(f"{emotion.value:10}" + "".join(f"{data[split].counts()[emotion]:13,d}" for split in Split))
    lines.append(f"{'all':10}" + "".join(f"{len(data[split]):13,d}" for split in Split))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

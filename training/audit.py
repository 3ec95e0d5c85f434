"""Find faces that are likely mislabelled: `python -m training.audit --data fer2013.csv [--folds 3] [--resume]`.

Each Training face is answered by a network that was fitted without it; confident learning (Northcutt et al., 2021, by
the library cleanlab) then ranks the labels that those answers speak against. `audit.csv` lists them, worst first, for
`training.train --exclude`; `answers.csv` keeps the answers, for `training.consensus`; `sheet.png` shows the worst.
"""

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion.labels import EMOTIONS
from training.config import TrainConfig
from training.dataset import read_dataset
from training.labelled_faces import LabelledFaces, Split, require_trainable
from training.mixing import Targets
from training.options import warn_of_unheeded, with_settings
from training.precision import choose_precision
from training.train import make_parser, run

PROGRAM = "training.audit"
SHOWN = 64


def main(argv: Sequence[str] | None = None) -> int:
    """Audit; 0 done, 1 when a loss was lost, 2 for wrong input, 130 after Ctrl-C."""
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = parse(given)
    return run(PROGRAM, given, lambda: audit(arguments, with_settings(TrainConfig(), arguments)))


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command line's options; argparse ends the program with 2 where they are wrong."""
    parser = make_parser(PROGRAM, __doc__)
    parser.add_argument("--folds", type=int, default=3, help="networks to fit (default: %(default)s)")
    parser.add_argument("--worst", type=int, metavar="N", help="list no more than the N worst (default: all suspects)")
    parser.set_defaults(run=Path("runs/audit"), preset="cross_validation")
    return parser.parse_args(argv)


def audit(arguments: argparse.Namespace, config: TrainConfig) -> None:
    """Fit the folds, rank the labels, write the files and print a table."""
    if config.exclude:
        raise ValueError("--exclude is for training.train: here each network leaves out the faces that it answers")
    warn_of_unheeded(PROGRAM, config)
    # Imported once the options are known to be right: Keras takes seconds, which --help need not wait for.
    import keras

    from training.cross_validation import cross_validate
    from training.figures import NOT_PUBLIC, contact_sheet, save_figure
    from training.targets import write_soft_targets

    keras.config.set_dtype_policy(choose_precision(arguments.precision, keras.backend.backend()))
    data = require_trainable(read_dataset(arguments.data))
    training = data[Split.TRAINING]
    folder = arguments.run
    answers = cross_validate(folder, config, training, data[Split.PUBLIC_TEST], arguments.folds, arguments.resume)
    write_soft_targets(folder / "answers.csv", answers)
    suspects = rank_suspects(answers, training)[: arguments.worst]
    write_suspects(folder / "audit.csv", suspects, answers, training)
    shown = suspects[:SHOWN]
    captions = [f"{index}: {EMOTIONS[training.labels[index]]}\n{EMOTIONS[answers[index].argmax()]}?" for index in shown]
    save_figure(contact_sheet(training.faces[shown], captions), folder / "sheet.png")
    print(table(suspects, answers, training))
    print(f"\n{folder / 'audit.csv'}, answers.csv and sheet.png written. {NOT_PUBLIC}")


def rank_suspects(answers: Targets, training: LabelledFaces) -> npt.NDArray[np.int64]:
    """Indices of faces whose label the out-of-fold `answers` (n, 7) speak against, worst first."""
    from cleanlab.filter import find_label_issues

    # One process: the count is a matter of a second, and a pool would import Keras again in each worker.
    found = find_label_issues(training.labels, answers, return_indices_ranked_by="self_confidence", n_jobs=1)
    return np.asarray(found, np.int64)


def write_suspects(path: Path, suspects: npt.NDArray[np.int64], answers: Targets, training: LabelledFaces) -> None:
    """A row per suspect: its index among the Training faces (from 0), its label, what was answered, and how surely."""
    from emotion.files import write_text

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["index", "label", "answer", "probability_of_label", "probability_of_answer"])
    for index in suspects:
        label, answer = training.labels[index], answers[index].argmax()
        own, other = answers[index, label], answers[index, answer]
        writer.writerow([index, EMOTIONS[label], EMOTIONS[answer], f"{own:.4f}", f"{other:.4f}"])
    write_text(path, text.getvalue())


def table(suspects: npt.NDArray[np.int64], answers: Targets, training: LabelledFaces) -> str:
    """Suspects per label, and what is answered most often instead."""
    right = float((answers.argmax(axis=1) == training.labels).mean())
    lines = [
        f"{len(suspects):,} of {len(training):,} Training labels are suspect; networks that had not seen them foretell "
        f"{right:.2%}",
        f"{'label':10}{'faces':>8}{'suspect':>9}{'share':>8}  mostly answered",
    ]
    for number, (emotion, count) in enumerate(training.counts().items()):
        mine = suspects[training.labels[suspects] == number]
        often = EMOTIONS[np.bincount(answers[mine].argmax(axis=1)).argmax()] if len(mine) else "-"
        lines.append(f"{emotion:10}{count:8,}{len(mine):9,}{len(mine) / max(count, 1):8.1%}  {often}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

"""Damaged files for all that reads files of others, each entry in a process of its own: `python -m tests.fuzz`.

Prints a Markdown table; exits with 1 when an input crashed a reader, held it for over 5 s or filled over 1,000 MB.
`--entry NAME --only N --keep FILE` writes input N to a file.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.child import the_input
from tests.fuzz.entries import ENTRIES
from tests.fuzz.run import Outcome, fuzz


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz; 0 nothing found, 1 something."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000, help="of all entries together (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another one gives other inputs (default: %(default)s)")
    parser.add_argument("--entry", choices=list(ENTRIES), action="append", help="only this one (may be repeated)")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin at input N (default: %(default)s)")
    parser.add_argument("--only", type=int, metavar="N", help="with --entry and --keep: the input to write")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write input --only there, and do no more")
    arguments = parser.parse_args(argv)
    names = arguments.entry or list(ENTRIES)
    if arguments.keep is not None:
        if arguments.only is None or len(names) != 1:
            parser.error("--keep needs one --entry and --only")
        keep(names[0], arguments.seed, arguments.only, arguments.keep)
        return 0
    shares = {name: ENTRIES[name].share for name in names}
    outcomes = []
    print("| entry | inputs | readable | slowest | most memory | faults | minutes |\n|---|---|---|---|---|---|---|")
    for name, share in shares.items():
        inputs = -(-arguments.inputs * share // sum(shares.values()))
        began = time.monotonic()
        outcomes.append(fuzz(name, arguments.seed, int(inputs), arguments.first, tell))
        print(row(outcomes[-1], time.monotonic() - began), flush=True)
    faults = [fault for outcome in outcomes for fault in outcome.faults]
    print("\n" + ("\n\n".join(faults) or "no faults"))
    return 1 if faults else 0


def row(outcome: Outcome, took_s: float) -> str:
    return (
        f"| {outcome.entry} | {outcome.inputs:,} | {outcome.taken:,} | {outcome.slowest_s:.2f} s "
        f"| {outcome.peak_mb:.0f} MB | {len(outcome.faults)} | {took_s / 60:.1f} |"
    )


def tell(outcome: Outcome) -> None:
    """Every 10,000 inputs a line on stderr, so that a long run can be followed."""
    if outcome.inputs % 10_000 == 0:
        print(f"{outcome.entry}: {outcome.inputs:,}, {len(outcome.faults)} faults", file=sys.stderr, flush=True)


def keep(entry: str, seed: int, number: int, path: Path) -> None:
    """Write one input, to look at what a reader does with it."""
    with tempfile.TemporaryDirectory() as folder:
        path.write_bytes(the_input(entry, seed, number, ENTRIES[entry].prepare(Path(folder))[0]))


if __name__ == "__main__":
    sys.exit(main())

"""All tests in the least time: `python -m tests`, with pytest's own options behind it if need be.

First those that do not mind others beside them, as many at once as there are processors; then those marked `alone`,
or `e2e`, which watch a clock, a memory or a browser. Ends with one closing line for both, in pytest's words, and 1
where anything failed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from tests import RUN_FOLDER

MOST_PROCESSES = 4
"""Some hold TensorFlow, with half a gigabyte each."""
NO_TESTS = 5
"""pytest's exit status where the options left none."""
PARTS = (["--part=together", "-n", "auto", f"--maxprocesses={MOST_PROCESSES}", "--dist=loadfile"], ["--part=alone"])


def run(options: Sequence[str], folder: str) -> tuple[int, Counter[str]]:
    """One run of pytest: its exit status, and how many passed, failed, ended in an error or were skipped.

    `folder` is for what the runs and their processes share.
    """
    told = Path(folder) / "junit.xml"
    told.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={told}", *options]
    status = subprocess.run(command, env={**os.environ, RUN_FOLDER: folder}).returncode
    return status, counted(told.read_text()) if told.is_file() else Counter()


def counted(junit: str) -> Counter[str]:
    """The numbers in a report of pytest's."""
    counts: Counter[str] = Counter()
    for suite in ElementTree.fromstring(junit).iter("testsuite"):
        failed, skipped, errors = (int(suite.get(name, 0)) for name in ("failures", "skipped", "errors"))
        passed = int(suite.get("tests", 0)) - failed - skipped - errors
        counts += Counter(failed=failed, passed=passed, skipped=skipped, errors=errors)
    return counts


def closing_line(counts: Counter[str], seconds: float) -> str:
    """As pytest says it: "1 failed, 20 passed in 3.21s"."""
    said = ", ".join(f"{counts[name]} {name}" for name in ("failed", "passed", "skipped", "errors") if counts[name])
    said = said.removesuffix("s") if counts["errors"] == 1 else said
    return f"{said or 'no tests ran'} in {seconds:.2f}s"


def main(options: Sequence[str]) -> int:
    """Run both parts; the second also where the first failed, so that one run tells all."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        parts = [run([*part, *options], folder) for part in PARTS]
    print(closing_line(sum((counts for _, counts in parts), Counter()), time.monotonic() - began), flush=True)
    statuses = {status for status, _ in parts}
    if statuses == {NO_TESTS}:
        return NO_TESTS
    return max(statuses - {NO_TESTS})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

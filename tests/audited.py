"""A server that tells what it opens for writing and whom it speaks to, by Python's own audit hooks.

Libraries in C open files without these hooks; `ulimit` keeps each file of theirs, too, below what a picture needs.
"""

import json
import socket
import sys
from pathlib import Path

MOST_FILE_KB = 512
HOOK = """
import json, os, sys

_told = os.open(os.environ["AUDITED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_TMPFILE", 0)


def _hook(event, arguments):
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES:
        line = ["write", os.fsdecode(arguments[0]) if isinstance(arguments[0], (str, bytes)) else ""]
    elif event in ("socket.connect", "socket.sendto"):
        line = ["speak", *(arguments[1] if isinstance(arguments[1], tuple) else [str(arguments[1])])[:2]]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        line = ["look up", str(arguments[0])]
    elif event == "subprocess.Popen":
        line = ["run", str(arguments[0])]
    else:
        return
    os.write(_told, (json.dumps(line) + "\\n").encode())


sys.addaudithook(_hook)
"""


def audited(command: list[str], folder: Path) -> tuple[str, dict[str, str]]:
    """The command for a shell, and its environment; what it does is told in `folder`."""
    (folder / "hook").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(HOOK)
    environment = {"PYTHONPATH": str(folder / "hook"), "AUDITED": str(folder / "told.jsonl")}
    words = " ".join(f"'{word}'" for word in command)
    return f'exec bash -c "ulimit -f {MOST_FILE_KB}; exec {words}"', environment


def told(folder: Path, kind: str) -> set[tuple[str, ...]]:
    """What it did of this kind: `write` a path, `speak` to address and port, `look up` a name, `run` a program."""
    lines = [json.loads(line) for line in (folder / "told.jsonl").read_text().splitlines()]
    return {tuple(map(str, line[1:])) for line in lines if line[0] == kind}


def is_of_this_machine(address: str) -> bool:
    """Whether a socket can have this address; other machines' cannot."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


if sys.platform == "win32":
    raise ImportError("`ulimit` is of POSIX shells")

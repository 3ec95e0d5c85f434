"""The real app as a process of its own, for tests that ask it over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def streamlit_command(port: int) -> list[str]:
    """The app as `make run` starts it, without opening a browser."""
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    return [sys.executable, "-m", "streamlit", "run", "app.py", *options]


def answers_healthy(port: int) -> bool:
    """Whether the app on this port says that it is up."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return answer.status == 200 and answer.read() == b"ok"
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def running(
    command: list[str] | str,
    port: int,
    log: Path,
    environment: Mapping[str, str] | None = None,
    wait_s: float = 60,
    folder: Path = REPOSITORY,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `command` (a string goes through the shell), wait until it is healthy, and end it with all its children."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            shell=isinstance(command, str),
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + wait_s
            while not answers_healthy(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command} did not come up:\n{log.read_text(errors='replace')[-3000:]}")
                time.sleep(0.2)
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

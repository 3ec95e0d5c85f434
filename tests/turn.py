"""A TURN server of Debian's coturn on this machine, with the options of the Compose file, that listens on TCP alone."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hosts_files import filled, yaml_of
from tests.serving import free_port

PASSWORD = "relayed"
RELAY_IP = "127.0.0.1"
"""Where relayed packets come from. App and browser gather no address of the loopback, so that with the Compose file's
rule (pass on to the relay's own address only) nothing but relay to relay is left."""


def program() -> str | None:
    """coturn's server; Debian: `apt-get install coturn`."""
    return shutil.which("turnserver")


@contextmanager
def turn_server(folder: Path, password: str = PASSWORD) -> Iterator[str]:
    """Run it until the block ends; gives its address, `host:port`."""
    port = free_port()
    log = folder / "turn.log"
    values = {"DOMAIN": "turn.test", "TURN_PASSWORD": password, "PUBLIC_IP": RELAY_IP}
    options = [filled(option, values) for option in yaml_of("compose.yaml")["services"]["turn"]["command"]]
    ours = ["--listening-port=", "--log-file="]
    options = [option for option in options if not option.startswith(tuple(ours))]
    command = [
        *[program() or "turnserver", "-n", *options, f"--listening-port={port}", "--listening-ip=127.0.0.1"],
        *[
            "--no-udp",
            "--allow-loopback-peers",
            "--log-file=stdout",
            f"--pidfile={folder / 'turn.pid'}",
            "--simple-log",
        ],
        f"--userdb={folder / 'turn.sqlite'}",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=folder)
        try:
            _until_it_listens(port, process, log)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(15)


def _until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"coturn did not come up:\n{log.read_text(errors='replace')[-2000:]}") from None
            time.sleep(0.1)

"""A private PostgreSQL of Debian's package, for tests: own folder, own port, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.serving import free_port

DEBIAN = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest version's."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Cluster:
    """One server; it refuses to run as root, so root starts it as `postgres`."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.folder = Path(tempfile.mkdtemp(prefix="class-mood-pg-"))  # short: a socket's path has 107 characters
        if self._as:
            shutil.chown(self.folder, "postgres")
        self.port = free_port()
        self._run("initdb", "--no-sync", "--auth=trust", "--username=tester", "--encoding=UTF8", "--locale=C.UTF-8")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._bin / program), "-D", str(self.folder / "data"), *arguments]
        # To a file: the server inherits a pipe and would hold it open.
        with (self.folder / "output.txt").open("a+b") as output:
            done = subprocess.run(command, stdout=output, stderr=output, cwd=self.folder, timeout=120, check=False)
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program} failed: {output.read().decode(errors='replace')[-3000:]}")

    def start(self) -> None:
        options = f"-F -p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=40"
        self._run("pg_ctl", "-w", "-t", "60", "-l", str(self.folder / "log.txt"), "-o", options, "start")

    def stop(self) -> None:
        """As a crash: connections are cut."""
        self._run("pg_ctl", "-w", "-t", "60", "-m", "immediate", "stop")

    @contextmanager
    def largest_file(self, size: int) -> Iterator[None]:
        """No file of the server may grow beyond `size` bytes for connections that are made meanwhile.

        To the server that is a full disk: the kernel refuses to extend the file, and it answers with SQLSTATE 53100.
        Less than the 16 MiB of its log's files would stop the whole server.
        """
        if size < 16 << 20:
            raise ValueError(f"the server's own log needs files of 16 MiB, got {size} bytes")
        server = (self.folder / "data" / "postmaster.pid").read_text().split("\n")[0]

        def limit(soft: int | str) -> None:  # the soft limit, which the server's own user may raise again
            subprocess.run([*self._as, "prlimit", "--pid", server, f"--fsize={soft}:"], check=True, timeout=20)

        limit(size)
        try:
            yield
        finally:
            limit("unlimited")

    def create_database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{uuid4().hex}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.address(name)

    def address(self, name: str) -> str:
        return f"postgres://tester@127.0.0.1:{self.port}/{name}"

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

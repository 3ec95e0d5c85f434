"""What hosts install: its size as a slug, and that every wheel fits where Streamlit Community Cloud puts it."""

import json
import re
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.deploy.test_hosts import REPOSITORY, pins

MOST_BYTES = 300_000_000
ELSEWHERE = {"colorama"}  # on Windows only
QUICK, USUAL = 1, 6  # zlib's levels; hosts compress as well as the second at least
DEBIAN_11 = ["manylinux1", "manylinux2010", "manylinux2014", *(f"manylinux_2_{minor}" for minor in range(31, 4, -1))]


def serving_files() -> list[Path]:
    """The files of all packages that requirements.txt pins, as they are installed here; no compiled Python."""
    found: list[Path] = []
    for package in pins("requirements.txt"):
        try:
            files = distribution(package).files or []
        except PackageNotFoundError:
            assert package in ELSEWHERE, f"{package} is pinned but not installed"
            continue
        found += [Path(str(file.locate())) for file in files if file.suffix != ".pyc"]
    return [file for file in found if file.is_file()]


def compressed(file: Path, level: int) -> int:
    """Bytes of `file` after zlib, which most formats are built on."""
    packer, size = zlib.compressobj(level), 0
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            size += len(packer.compress(block))
    return size + len(packer.flush())


@pytest.mark.slow
def test_the_serving_packages_fit_into_a_slug() -> None:
    files = serving_files()
    assert len(files) > 3000, "the packages are not installed as files here"
    for level in (QUICK, USUAL):  # the quick one is an upper bound; the usual one is only asked where that is too large
        with ThreadPoolExecutor(2) as threads:
            size = sum(threads.map(compressed, files, [level] * len(files)))
        if size <= MOST_BYTES:
            break
    print(f"{len(files)} files, {size / 1e6:.0f} MB at zlib's level {level}")
    assert size <= MOST_BYTES, f"the serving packages take {size / 1e6:.0f} MB compressed"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="markers of other systems name other packages")
def test_every_pin_has_a_wheel_for_debian_11_and_python_3_12(tmp_path: Path) -> None:
    """Streamlit Community Cloud: glibc 2.31. pip resolves everything anew and must come to exactly what is pinned."""
    platforms = [f"--platform={name}_x86_64" for name in DEBIAN_11]
    report = tmp_path / "report.json"
    done = subprocess.run(
        [
            *[sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"],
            *["--disable-pip-version-check", "--target", tmp_path / "target", "--report", report],
            *["--python-version=3.12", "--implementation=cp", "--only-binary=:all:", *platforms],
            *["-r", REPOSITORY / "requirements.txt"],
        ],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    chosen = {
        re.sub(r"[-_.]+", "-", found["metadata"]["name"]).lower(): found["metadata"]["version"]
        for found in json.loads(report.read_text(encoding="utf-8"))["install"]
    }
    assert chosen == {package: pin for package, pin in pins("requirements.txt").items() if package not in ELSEWHERE}

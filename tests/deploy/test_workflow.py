"""GitHub's workflow runs what this repository's own commands run, and the lists that hosts' people ask for are made."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import named_fer2013
from tests.deploy.test_docker import run, tool
from tests.deploy.test_hosts import REPOSITORY, pins, read
from tests.hosts_files import yaml_of

WORKFLOW = ".github/workflows/ci.yml"


def test_the_workflow_follows_its_schema() -> None:
    run(tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", WORKFLOW)


def test_the_workflow_runs_the_same_commands() -> None:
    jobs = yaml_of(WORKFLOW)["jobs"]
    commands = {step["run"] for job in jobs.values() for step in job["steps"] if "run" in step}
    assert {".ci/run", "make audit", "make sbom"} <= commands
    assert {"make lint", "make test"} <= set(re.findall(r"\bmake \w+", read(".ci/run")))
    for command in commands:
        for target in re.findall(r"^make (\w+)", command, flags=re.MULTILINE):
            assert re.search(rf"^{target}:", read("Makefile"), flags=re.MULTILINE), target
    versions = jobs["tests"]["strategy"]["matrix"]["python"]
    assert versions == ["3.11", "3.12", "3.13"]
    assert all(str(job["runs-on"]).startswith("ubuntu-") and job["timeout-minutes"] <= 30 for job in jobs.values())


def test_only_the_workflow_does_without_fer2013_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = yaml_of(WORKFLOW)["jobs"]["tests"]["env"]
    for name in ("CI", "FER2013_CSV"):
        monkeypatch.setenv(name, environment[name])
    with pytest.raises(pytest.skip.Exception, match="FER2013_CSV=none"):
        named_fer2013()
    assert "FER2013_CSV" not in read(".ci/run")
    monkeypatch.setenv("FER2013_CSV", "/none.csv")
    with pytest.raises(pytest.fail.Exception, match="CI=true wants it"):
        named_fer2013()


@pytest.mark.slow
def test_the_list_of_what_hosts_install_is_cyclonedx_and_complete(tmp_path: Path) -> None:
    target = tmp_path / "sbom.json"
    line = re.search(r"-m cyclonedx_py (requirements .*) -o", read("Makefile"))
    assert line is not None
    command = [sys.executable, "-W", "ignore::UserWarning", "-m", "cyclonedx_py", *line[1].split(), "-o", str(target)]
    subprocess.run(command, cwd=REPOSITORY, check=True, timeout=60, capture_output=True)
    listed = json.loads(target.read_text(encoding="utf-8"))
    assert listed["bomFormat"] == "CycloneDX"
    found = {part["name"]: part["version"] for part in listed["components"]}
    assert found == pins("requirements.txt")
    assert all(part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}" for part in listed["components"])

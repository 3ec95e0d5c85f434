"""What README and model card promise is there, and says the same as the card."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from training.model_page import render

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "model/README.md",
    "docs/architecture.md",
    "docs/reliability.md",
    "docs/participant-notice.md",
    "docs/acceptable-use.md",
    "docs/dpia-template.md",
)


def read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def card() -> dict:
    return json.loads(read("model/emotion_cnn.json"))


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_lead_somewhere(page):
    folder = (REPOSITORY / page).parent
    for target in re.findall(r"\]\(([^)#]+)", read(page)):
        if not target.startswith("http"):
            assert (folder / target).exists(), f"{page} links to {target}"


@pytest.mark.parametrize("page", PAGES)
def test_documented_modules_exist(page):
    for module in re.findall(r"python -m ([a-z0-9_.]+)", read(page)):
        assert importlib.util.find_spec(module), f"{page} names {module}"


def test_documented_tests_exist():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", read("docs/reliability.md"))
    assert len(named) > 20
    for file, test in named:
        assert f"def {test}(" in read(file), f"{file} has no {test}"


def test_documented_targets_are_in_the_makefile():
    for target in re.findall(r"^make (\w+)", read("README.md"), flags=re.MULTILINE):
        assert re.search(rf"^{target}:", read("Makefile"), flags=re.MULTILINE), target


def test_documented_variables_are_read():
    names = re.findall(r"`([A-Z]+_[A-Z_]+)`", read("README.md"))
    assert names
    for name in names:
        assert f'"{name}"' in read("emotion/settings.py"), name


def test_the_jax_to_install_is_the_one_that_is_tested():
    (told,) = re.findall(r'pip install "jax\[cuda12\]==([\d.]+)"', read("README.md"))
    assert f"\njax=={told} " in read("requirements-dev.in")


def test_the_python_example_is_python():
    for block in re.findall(r"```python\n(.*?)```", read("README.md"), flags=re.DOTALL):
        compile(block, "README.md", "exec")


@pytest.mark.parametrize("page", ["README.md", "model/README.md"])
def test_the_accuracies_are_the_cards(page, card):
    for split in ("PublicTest", "PrivateTest"):
        for key in ("accuracy", "macro_f1"):
            assert f"{100 * card['metrics'][split][key]:.2f} %" in read(page), f"{split} {key} in {page}"


def test_the_model_card_for_people_is_written_from_the_one_for_programs():
    assert read("model/README.md") == render(REPOSITORY / "model" / "emotion_cnn.json")


def test_no_placeholder_is_left():
    for page in PAGES:
        assert not re.search(r"@[A-Z]+@", read(page)), page

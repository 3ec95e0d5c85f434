"""The rules that keep the middle pure: who may import what, who reads the environment, how long a file may be."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import rooms

REPOSITORY = Path(__file__).resolve().parents[1]
MAX_LINES = 250
PAGES = "emotion/pages/"
OURS = {"emotion", "training", "tests"}
OTHER_BACKENDS = {"jax", "torch"}  # Keras trains on them too, where they are installed
PACKAGE_OF = {
    "PIL": "pillow",
    "ai_edge_litert": "ai-edge-litert",
    "cv2": "opencv-python-headless",
    "prometheus_client": "prometheus-client",
    "psycopg": "psycopg[binary]",
    "ruamel": "ruamel-yaml",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "streamlit_webrtc": "streamlit-webrtc",
}


def sources(*folders: str) -> list[Path]:
    """The Python files of these folders, and `app.py` at the top."""
    below = (path for folder in folders for path in sorted((REPOSITORY / folder).rglob("*.py")))
    return [REPOSITORY / "app.py", *below]


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Top-level package and line of every import below `tree`, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno


def imports_outside_functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    inside = {
        line
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for _, line in imports(function)
    }
    return ((package, line) for package, line in imports(tree) if line not in inside)


def offences(packages: set[str], paths: list[Path], allowed: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{name_of(path)}:{line} imports {package}"
        for path in paths
        if not name_of(path).startswith(allowed or "\0")
        for package, line in imports(tree_of(path))
        if package in packages
    ]


def test_emotion_never_imports_training() -> None:
    assert offences({"training", "tests"}, sources("emotion")) == []


def test_streamlit_stays_in_the_pages() -> None:
    allowed = ("app.py", PAGES)
    assert offences({"streamlit", "streamlit_webrtc"}, sources("emotion", "training"), allowed) == []


def test_tensorflow_stays_in_training_and_in_the_loader_of_keras_files() -> None:
    frameworks = {"tensorflow", "keras"}
    assert offences(frameworks, sources("emotion"), ("emotion/classifier.py",)) == []
    loader = tree_of(REPOSITORY / "emotion" / "classifier.py")
    assert [found for found in imports_outside_functions(loader) if found[0] in frameworks] == []


@pytest.mark.parametrize(
    ("folders", "requirements", "not_wanted"),
    [
        (["emotion"], ["requirements.in"], {"tensorflow", "keras"}),  # only to load a .keras file
        (["training"], ["requirements.in", "requirements-train.in"], OTHER_BACKENDS),
        (["tests"], ["requirements.in", "requirements-train.in", "requirements-dev.in"], set()),
    ],
)
def test_every_imported_package_is_a_written_requirement(
    folders: list[str], requirements: list[str], not_wanted: set[str]
) -> None:
    imported = {package for path in sources(*folders) for package, _ in imports(tree_of(path))}
    wanted = {PACKAGE_OF.get(name, name) for name in imported - OURS - not_wanted - sys.stdlib_module_names}
    written = "".join((REPOSITORY / name).read_text(encoding="utf-8") for name in requirements)
    assert [name for name in sorted(wanted) if f"\n{name}==" not in written] == []


def test_only_the_settings_read_the_environment() -> None:
    readers = ("emotion/settings.py", "training/__init__.py")
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources("emotion", "training")
        if name_of(path) not in readers
        for node in ast.walk(tree_of(path))
        if reads_environment(node)
    ]
    assert found == []


def reads_environment(node: ast.AST) -> bool:
    names = {"environ", "environb", "getenv", "putenv"}
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "os" and node.attr in names
    return isinstance(node, ast.ImportFrom) and node.module == "os" and any(a.name in names for a in node.names)


def test_only_the_shell_command_prints() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources("emotion")
        if name_of(path) not in {"emotion/__main__.py", "emotion/video_command.py"}
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []


def test_every_file_fits_in_the_head() -> None:
    lengths = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in sources("emotion", "training")[1:]}
    assert lengths, "no sources found"
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


@pytest.mark.slow
@pytest.mark.parametrize("heavy", ["tensorflow", "keras", "streamlit", "streamlit_webrtc"])
def test_importing_emotion_loads_no_framework(heavy: str) -> None:
    code = f"import sys, emotion; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, timeout=60, check=False).returncode == 0


# --- docs/architecture.md


def test_every_file_is_in_one_room_of_the_architecture_page() -> None:
    found = {name_of(path): rooms.rooms_of(path) for path in rooms.sources()}
    assert {name: inside for name, inside in found.items() if len(inside) != 1} == {}, "see docs/architecture.md"
    patterns = [pattern for listed in rooms.rooms().values() for pattern in listed]
    assert [pattern for pattern in patterns if not any(REPOSITORY.glob(pattern))] == []


def test_the_architecture_pages_picture_is_what_the_imports_are() -> None:
    assert rooms.drawn_arrows() == rooms.arrows(), "`python -m tests.rooms` prints the arrows"


def test_rooms_only_look_down() -> None:
    order = list(rooms.rooms())
    assert [(a, b) for a, b in rooms.arrows() if a != "training" and order.index(a) > order.index(b)] == []

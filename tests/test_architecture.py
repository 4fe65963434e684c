"""The directions of the architecture hold: nothing points up, and a plugin imports public names only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import readiness

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "readiness"

# From the bottom to the top; a module may import its own layer's folder and whatever stands above it in this list.
LAYERS = (
    ("errors", "detection", "yaml_file"),
    ("model", "exchange"),
    ("report",),
    ("targeting",),
    ("plugins",),
    ("evidence",),
    ("measure", "integrity"),
    ("load", "faults", "counter"),
    ("watchdog", "openapi"),
    ("loader", "settings", "policy", "curve"),
    ("policy_file", "waivers"),
    ("policy_lint",),
    ("policy_source",),
    ("scoring",),
    ("weighing",),
    ("bars",),
    ("verdict",),
    ("events", "plan", "job"),
    ("interleaving",),
    ("paired",),
    ("attribution",),
    ("comparison",),
    ("archive",),
    ("history",),
    ("stored",),
    ("brought",),
    ("worker", "assembly"),
    ("judging",),
    ("earlier",),
    ("engine",),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
APART = {"__init__", "desk", "targets"}
PLUGIN_FOLDERS = [PACKAGE / "targets", ROOT / "checks", ROOT / "scenarios", ROOT / "reports"]


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of every import of ours in a file, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.split(".")[0] == "readiness")
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "readiness":
            yield from ((node.module or "", alias.name) for alias in node.names)


def home(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def upward(path: Path) -> list[str]:
    """What a framework file imports that stands at or above it, its own folder excepted."""
    own, wrong = home(path), []
    for module, name in imports(path):
        parts = module.split(".")
        there = parts[1] if len(parts) > 1 else name
        if there != own and LEVEL.get(there, len(LAYERS)) > LEVEL[own]:
            wrong.append(f"{path.relative_to(ROOT)} imports {module} {name}")
    return wrong


def framework_files() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if home(path) not in APART]


@pytest.mark.parametrize("path", framework_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_points_up(path: Path) -> None:
    assert home(path) in LEVEL, f"{path} has no place in the layers"
    assert upward(path) == []


@pytest.mark.parametrize("folder", PLUGIN_FOLDERS, ids=lambda folder: folder.name)
def test_plugins_import_public_names_only(folder: Path) -> None:
    found = [(path, module, name) for path in folder.rglob("*.py") for module, name in imports(path)]
    assert found, f"{folder} imports nothing of ours: is it empty?"
    wrong = [
        f"{path.name}: {module} {name}"
        for path, module, name in found
        if module != "readiness" or name not in readiness.__all__
    ]
    assert wrong == []


def test_the_desk_and_the_framework_do_not_know_each_other() -> None:
    desk = [
        m for path in (PACKAGE / "desk").rglob("*.py") for m, _ in imports(path) if not m.startswith("readiness.desk")
    ]
    framework = [m for path in framework_files() for m, _ in imports(path) if m.startswith("readiness.desk")]
    assert desk == []
    assert framework == []


def test_files_and_functions_stay_small() -> None:
    long = []
    for path in [*framework_files(), *(p for folder in PLUGIN_FOLDERS for p in folder.rglob("*.py"))]:
        text = path.read_text()
        if (lines := text.count("\n")) > 420:
            long.append(f"{path.relative_to(ROOT)}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 60:
                    long.append(f"{path.relative_to(ROOT)}: {node.name} has {length} lines")
    assert long == []

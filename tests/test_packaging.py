"""The wheel holds every plugin file, its only top-level name is `readiness`, and namesakes in the current folder change nothing."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_every_file_of_the_plugin_folders_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"readiness/builtin/{path.relative_to(ROOT)}"
        for kind in ("checks", "scenarios", "reports")
        for path in (ROOT / kind).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert len(wanted) > 60
    assert wanted - names == set()
    assert "readiness/desk/readiness.yaml" in names
    assert "readiness/py.typed" in names


def test_the_only_top_level_name_is_readiness(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"readiness"}


def listed(folder: Path, installed: Path) -> str:
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); from readiness.cli import main; sys.exit(main(['list']))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_namesakes_in_the_current_folder_never_shadow_ours(unpacked: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    crowded = tmp_path / "crowded"
    for name in ("checks", "reports"):
        (crowded / name).mkdir(parents=True)
        (crowded / name / "__init__.py").write_text("raise SystemExit('shadowed')")
    (crowded / "scenarios.py").write_text("raise SystemExit('shadowed')")
    expected = listed(empty, unpacked)
    assert "latency_p95" in expected
    assert listed(crowded, unpacked) == expected

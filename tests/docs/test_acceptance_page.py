"""The page about the requirement names checks that exist, tests that exist, and every line of it."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from readiness.loader import load

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def source() -> ModuleType:
    spec = importlib.util.spec_from_file_location("acceptance_page", ROOT / "docs" / "acceptance.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_its_checks_and_tests_exist(source: ModuleType) -> None:
    named = {check for line in source.LINES for check in line.checks}
    assert named <= load().checks.keys()
    paths = re.findall(r"tests/[\w/.]+", " ".join(line.shown_by for line in source.LINES))
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_page_holds_every_line_and_check(source: ModuleType) -> None:
    text = source.PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [line.name for line in source.LINES]
    told = re.findall(r"^\| `(\w+)` \| ([A-Z_ ]+) \|", text, re.MULTILINE)
    assert [name for name, _ in told] == [check for line in source.LINES for check in line.checks]
    assert [name for name, status in told if status == "NOT RUN"] == [], "made from a run that left checks out"

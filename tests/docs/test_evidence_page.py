"""The example on the page about evidence is a valid section, and says what the code does."""

import re
from pathlib import Path

import yaml

from readiness.evidence.reading import MAX_BYTES, MAX_ENTRIES
from readiness.evidence.source import DAY, MAX_AGE
from readiness.openapi.answers import BEFORE_INPUT
from readiness.openapi.calling import DEEP, HUGE
from readiness.openapi.taking import LOAD_OPERATIONS, MOST
from readiness.settings import read_settings

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"


def test_the_example_can_be_used(tmp_path: Path) -> None:
    example = re.findall(r"```yaml\n(evidence:.*?)```", PAGE.read_text(), re.DOTALL)[0]
    path = tmp_path / "readiness.yaml"
    path.write_text(yaml.safe_dump({"target": {"address": "http://127.0.0.1:1"}}) + example)
    sources = read_settings(path, variables={"TOKEN": "x"}).evidence
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\w+) \| (\w+) \|$", PAGE.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted((source.kind, source.strength, source.category) for source in sources.values())


def test_its_numbers_are_those_of_the_code() -> None:
    page = PAGE.read_text()
    assert f"{MAX_BYTES // 2**20} MiB" in page
    assert f"more than {MAX_ENTRIES} results" in page
    assert "a week" in page
    assert MAX_AGE == 7 * DAY


def test_its_numbers_about_documents_are_those_of_the_code() -> None:
    page = PAGE.read_text()
    assert f"at most {MOST} of them" in page
    assert LOAD_OPERATIONS == 5
    assert "the first five plain reads" in page
    assert f"deep ({DEEP:,} levels)".replace(",", " ") in page
    assert f"huge ({HUGE // 1_000_000} MB)" in page
    assert f"({', '.join(map(str, BEFORE_INPUT))}) decides nothing" in page


def test_its_checks_of_documents_are_those_there_are() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \| [^|]+ \|$", PAGE.read_text(), re.MULTILINE))
    there = {
        path.stem
        for path in (PAGE.parents[1] / "checks").rglob("*.py")
        if 'needs="documented_calls"' in path.read_text()
    }
    assert listed == there

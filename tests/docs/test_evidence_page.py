"""The example on the page about evidence is a valid section, and says what the code does."""

import re
from pathlib import Path

import yaml

from readiness.evidence.reading import MAX_BYTES, MAX_ENTRIES
from readiness.evidence.source import DAY, MAX_AGE
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

"""Every check has a planted defect that it must turn red on, and the page shows each pair as proven."""

import re
from pathlib import Path

from readiness.loader import load
from readiness.settings import EMBEDDED, read_settings

ROOT = Path(__file__).parents[2]


def described() -> dict[tuple[str, str], str]:
    """Target and defect -> check, of every description that is ours."""
    files = [EMBEDDED, *sorted((ROOT / "tests" / "services").glob("*.yaml"))]
    targets = [read_settings(file).target for file in files]
    return {(target.name, mutant.name): mutant.check for target in targets for mutant in target.mutants}


def test_every_check_has_a_defect() -> None:
    assert load().checks.keys() - set(described().values()) == set()


def test_the_page_shows_every_pair_as_caught() -> None:
    text = (ROOT / "docs" / "planted-defects.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| `(\S+)` \| `(\w+)` \| (\w+) \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    shown = {(target, defect): check for target, defect, check, *_ in rows}
    assert shown == described(), "run the self-test of what is new, and make the page again"
    assert [row for row in rows if row[3] not in ("PASS", "WARN") or row[4] != row[5] or row[4] == "0"] == []

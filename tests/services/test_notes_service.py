"""The service that keeps notes: every planted defect has its check, and without one no check alarms."""

import re
import shutil
from pathlib import Path

import yaml

from readiness.loader import load
from tests.grading import grade
from tests.services.notes_service import DEFECTS

FOLDER = Path(__file__).parent
MUTANTS = yaml.safe_load((FOLDER / "notes.yaml").read_text())["target"]["mutants"]


def test_every_defect_is_planted_for_a_check_that_exists() -> None:
    assert sorted(mutant["name"] for mutant in MUTANTS) == sorted(DEFECTS)
    assert {mutant["check"] for mutant in MUTANTS} <= load(()).checks.keys()


def test_every_defect_is_implemented() -> None:
    used = set(re.findall(r'has\("([^"]+)"\)', (FOLDER / "notes_service.py").read_text()))
    assert used == set(DEFECTS)


def test_the_healthy_service_is_clean(tmp_path: Path) -> None:
    catalog = load(())
    checks = {mutant["check"] for mutant in MUTANTS}
    quick = {check for check in checks if catalog.scenarios[catalog.checks[check].needs].effect in ("read", "write")}
    for name in ("notes_service.py", "notes.yaml"):
        shutil.copy(FOLDER / name, tmp_path)
    found = grade(tmp_path, "--config", "notes.yaml", "--check", *sorted(quick))
    statuses = {check: found.result(check)["status"] for check in sorted(quick)}
    assert {check: status for check, status in statuses.items() if status not in ("PASS", "WARN")} == {}

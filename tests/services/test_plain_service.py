"""The small service: every planted defect has its check, and without one no check alarms."""

import re
import shutil
from pathlib import Path

import yaml

from readiness.loader import load
from tests.grading import grade
from tests.services.plain_service import DEFECTS

FOLDER = Path(__file__).parent
MUTANTS = yaml.safe_load((FOLDER / "readiness.yaml").read_text())["target"]["mutants"]


def test_every_defect_is_planted_for_a_check_that_exists() -> None:
    planted = {mutant["arguments"][-1] if "arguments" in mutant else mutant["name"] for mutant in MUTANTS}
    assert planted == set(DEFECTS)
    assert {mutant["check"] for mutant in MUTANTS} <= load(()).checks.keys()


def test_every_defect_is_implemented() -> None:
    used = set(re.findall(r'has\("([^"]+)"\)', (FOLDER / "plain_service.py").read_text()))
    assert used == set(DEFECTS)


def test_the_healthy_service_is_clean(tmp_path: Path) -> None:
    catalog = load(())
    quick = [m["check"] for m in MUTANTS if catalog.scenarios[catalog.checks[m["check"]].needs].effect == "read"]
    for name in ("plain_service.py", "readiness.yaml"):
        shutil.copy(FOLDER / name, tmp_path)
    found = grade(tmp_path, "--check", *sorted(quick))
    statuses = {check: found.result(check)["status"] for check in quick}
    assert {check: status for check, status in statuses.items() if status not in ("PASS", "WARN")} == {}

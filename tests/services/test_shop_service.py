"""The shop: every planted defect has its check and its code."""

import re
from pathlib import Path

import yaml

from readiness.loader import load
from tests.services.shop_service import DEFECTS

FOLDER = Path(__file__).parent
MUTANTS = yaml.safe_load((FOLDER / "shop.yaml").read_text())["target"]["mutants"]
OURS = {"dependency_trouble", "dependency_absent"}


def test_every_defect_is_planted_for_a_check_that_exists() -> None:
    assert sorted(mutant["name"] for mutant in MUTANTS) == sorted(DEFECTS)
    assert {mutant["check"] for mutant in MUTANTS} <= load(()).checks.keys()


def test_every_check_of_a_failing_dependency_has_a_defect() -> None:
    asked = {check.id for check in load(()).checks.values() if check.needs in OURS}
    assert asked == {mutant["check"] for mutant in MUTANTS}


def test_every_defect_is_implemented() -> None:
    used = set(re.findall(r'has\("([^"]+)"\)', (FOLDER / "shop_service.py").read_text()))
    assert used == set(DEFECTS)

"""The page of faults names every fault there is, and no other; each has a test in which its gate is killed."""

import ast
import re
from pathlib import Path

import pytest

from readiness.faults.kinds import KINDS
from readiness.loader import load

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "faults.md").read_text()
TESTS = "".join(file.read_text() for file in (ROOT / "tests" / "readiness" / "faults").glob("test_*.py"))
BASES = {"Toxic", "Switched", "Fault"}


def fault_classes() -> set[str]:
    """Every class of the package that can be armed, toxics aside, which go by their kind."""
    found: dict[str, tuple[bool, set[str]]] = {}
    for file in (ROOT / "readiness" / "faults").glob("*.py"):
        for node in ast.parse(file.read_text()).body if file.name != "toxics.py" else ():
            if isinstance(node, ast.ClassDef):
                methods = {one.name for one in node.body if isinstance(one, ast.AsyncFunctionDef | ast.FunctionDef)}
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                found[node.name] = ({"arm", "disarm", "witness"} <= methods, bases)
    armed = {name for name, (complete, bases) in found.items() if complete or bases & {"Switched"}}
    return armed - BASES


def rows() -> list[str]:
    table = PAGE.partition("| Fault |")[2].partition("\n\n")[0]
    return [line.split("|")[1] for line in table.splitlines()[2:]]


def test_every_fault_has_its_row() -> None:
    named = {name for row in rows() for name in re.findall(r"`(\w+)`", row)} - {"limits"}
    assert named == fault_classes() | set(KINDS)


@pytest.mark.parametrize("name", sorted(fault_classes()))
def test_every_fault_is_tested_with_a_killed_gate(name: str) -> None:
    killed = TESTS.split("def test_nothing_is_left_of_a_killed_gate")
    around = "".join(part[-900:] for part in killed[:-1]) + "".join(part[:1500] for part in killed[1:])
    assert name in around, f"no test kills a gate that holds {name}"


def test_scenarios_and_checks_exist() -> None:
    catalog = load()
    table = PAGE.partition("| Scenario |")[2]
    for line in table.splitlines()[2:]:
        _, scenarios, _, checks, _ = line.split("|")
        for name in re.findall(r"`(\w+)`", scenarios):
            assert name in catalog.scenarios
        for name in re.findall(r"`(\w+)`", checks):
            assert catalog.check(name).needs in scenarios

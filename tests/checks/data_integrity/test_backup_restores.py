"""The archive holds what the service shows, and a copy starts from it."""

from typing import Any

import pytest

from checks.data_integrity.backup_restores import backup_restores
from readiness import Fact, Recording, Unknown


def _facts() -> dict[str, Any]:
    amounts = {"a": "10.50", "busy": "5.00"}
    return {
        "backup": {"status": 201, "error": "", "writes_meanwhile": 9},
        "expected": {"a": "10.50"},
        "busy": {"account": "busy", "before": "5.00", "after": "7.00"},
        "archived": {"problem": "", "rows": {"accounts": 2}, "balances": dict(amounts), "postings": dict(amounts)},
        "restored": {"ready": True, "exit_status": None, "output": ""},
    }


def test_an_equal_archive_passes() -> None:
    outcome = backup_restores(Recording(facts=_facts()))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(("amount", "passed"), [("4.99", False), ("7.00", True), ("7.01", False)])
def test_the_busy_account_lies_between_before_and_after(amount: str, passed: bool) -> None:
    facts = _facts()
    facts["archived"]["balances"]["busy"] = facts["archived"]["postings"]["busy"] = amount
    outcome = backup_restores(Recording(facts=facts))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


@pytest.mark.parametrize(
    ("part", "changes", "reason"),
    [
        ("backup", {"status": 500}, "answered 500"),
        ("archived", {"problem": "ReadError: not a tar"}, "cannot be read"),
        ("archived", {"balances": {}, "postings": {}}, "no row instead of 10.50"),
        ("archived", {"postings": {"a": "10.49", "busy": "5.00"}}, "postings of a, 10.49"),
        ("archived", {"postings": {"a": "10.50", "busy": "6.00"}}, "its balance in the archive"),
        ("restored", {"ready": False, "exit_status": 1, "output": "manifest"}, "ended with 1"),
    ],
)
def test_each_difference_fails(part: str, changes: dict[str, Any], reason: str) -> None:
    facts = _facts()
    facts[part] |= changes
    outcome = backup_restores(Recording(facts=facts))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize("facts", [{}, {"problem": "no account"}, {**_facts(), "expected": {"a": None}}])
def test_without_a_backup_nothing_is_known(facts: dict[str, Any]) -> None:
    assert isinstance(backup_restores(Recording(facts=facts)), Unknown)

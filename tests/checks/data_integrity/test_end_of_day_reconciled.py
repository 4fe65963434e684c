"""Tests of the check end_of_day_reconciled."""

from typing import Any

import pytest

from checks.data_integrity.end_of_day_reconciled import end_of_day_reconciled
from readiness import Fact, Recording, Unknown


def recording(
    *, cash: str = "100124.35", reported: str = "100124.35", fee: str | None = "-0.65", reconciled: bool = True,
    listed: str = "a", order: int = 201, read: int = 200,
) -> Recording:  # fmt: skip
    postings = [{"kind": "deposit", "amount": "100000.00"}, {"kind": "premium", "amount": "125.00"}]
    postings += [{"kind": "fee", "amount": fee}] if fee else []
    body = {"accounts": [{"id": listed, "cash": reported, "ledger": reported}], "reconciled": reconciled}
    account: dict[str, Any] = {
        "account": "a",
        "orders": [{"status": order, "error": "", "body": {"fees": "0.65"}}],
        "read": {"body": {"cash": cash}},
        "ledger": {"body": {"postings": postings}},
    }
    report = {"status": read, "error": "", "body": body if read == 200 else None}
    return Recording(facts={"close": {"status": 200, "body": body}, "report": report, "accounts": [account]})


def test_green_when_all_books_agree() -> None:
    outcome = end_of_day_reconciled(recording())
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"fee": None}, "0.65 in fees"),
        ({"fee": "-0.64"}, "not the sum of the ledger"),
        ({"cash": "100124.36"}, "not the sum of the ledger"),
        ({"reported": "100124.34"}, "the report says cash 100124.34"),
        ({"listed": "b"}, "leaves the account out"),
        ({"reconciled": False}, "reconciled: False"),
    ],
)
def test_red_to_the_cent(changed: dict[str, Any], said: str) -> None:
    outcome = end_of_day_reconciled(recording(**changed))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert any(said in f"{row[2]}" for table in outcome.evidence if table.kind == "table" for row in table.rows)


def test_red_when_the_stored_report_differs() -> None:
    given = recording()
    given.facts["report"]["body"] = {}
    outcome = end_of_day_reconciled(given)
    assert isinstance(outcome, Fact)
    assert not outcome.passed


def test_unknown_without_close_orders_or_report() -> None:
    assert isinstance(end_of_day_reconciled(Recording()), Unknown)
    assert isinstance(end_of_day_reconciled(recording(order=409)), Unknown)
    outcome = end_of_day_reconciled(recording(read=403))
    assert isinstance(outcome, Unknown)
    assert "403" in outcome.reason

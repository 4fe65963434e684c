"""Tests of the check expired_options."""

from typing import Any

import pytest

from checks.data_integrity.expired_options import expired_options
from readiness import Fact, Recording, Unknown


def recording(held: dict[str, int], cash: str = "96100.00", sold: int = 201, close: int = 200) -> Recording:
    positions = [{"contract": contract, "quantity": quantity} for contract, quantity in held.items()]
    facts: dict[str, Any] = {
        "puts": {"worthless": {"contract": "LOW", "strike": "25.00"}, "assigned": {"contract": "HIGH", "strike": 40.0}},
        "sold": {"worthless": {"status": sold}, "assigned": {"status": 201}},
        "before": {"account": {"body": {"cash": "100100.00"}}},
        "after": {"account": {"body": {"cash": cash, "positions": positions}}},
        "close": {"status": close, "error": ""},
    }
    return Recording(facts=facts)


@pytest.mark.parametrize(
    ("held", "cash", "passed"),
    [
        ({"U": 100}, "96100.00", True),
        ({"U": 100, "LOW": -1}, "96100.00", False),
        ({"LOW": -1, "HIGH": -1}, "100100.00", False),
        ({}, "96100.00", False),
        ({"U": 100}, "96100.01", False),
        ({"U": 100}, "100100.00", False),
    ],
)
def test_only_shares_at_the_strike_are_left(held: dict[str, int], cash: str, passed: bool) -> None:
    outcome = expired_options(recording(held, cash))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


def test_unknown_without_sale_or_close() -> None:
    assert isinstance(expired_options(Recording()), Unknown)
    assert isinstance(expired_options(recording({"U": 100}, sold=409)), Unknown)
    assert isinstance(expired_options(recording({"U": 100}, close=503)), Unknown)

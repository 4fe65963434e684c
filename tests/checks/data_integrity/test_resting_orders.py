"""Tests of the check resting_orders."""

from typing import Any

import pytest

from checks.data_integrity.resting_orders import resting_orders
from readiness import Fact, Recording, Unknown


def recording(at_once: int, filled: int, price: str | None, ingest: int = 200) -> Recording:
    facts: dict[str, Any] = {
        "limit": "32.00",
        "placed": {"rests": {"body": {"filled": at_once}}},
        "after": {"rests": {"body": {"filled": filled, "quantity": 10, "price": price}}},
        "moves": [{"status": ingest}],
    }
    return Recording(facts=facts)


@pytest.mark.parametrize(
    ("at_once", "filled", "price", "passed"),
    [
        (0, 10, "32.00", True),
        (0, 10, "31.50", True),
        (0, 10, "32.01", False),
        (0, 9, "31.50", False),
        (0, 0, None, False),
        (10, 10, "31.50", False),
    ],
)
def test_filled_in_full_at_the_limit_or_better(at_once: int, filled: int, price: str | None, passed: bool) -> None:
    outcome = resting_orders(recording(at_once, filled, price))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


def test_unknown_without_answers_or_without_the_fall() -> None:
    assert isinstance(resting_orders(Recording()), Unknown)
    assert isinstance(resting_orders(recording(0, 0, None, ingest=503)), Unknown)

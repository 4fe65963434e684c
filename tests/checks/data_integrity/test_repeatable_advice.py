"""Tests of the check repeatable_advice."""

from typing import Any

import pytest

from checks.data_integrity.repeatable_advice import repeatable_advice
from readiness import Fact, Recording, Unknown


def seen(*contracts: str, chains: tuple[str, str] = ("16:00", "16:00"), status: int = 200) -> dict[str, Any]:
    advice = [{"status": status, "body": {"action": "SELL_PUT", "contract": contract}} for contract in contracts]
    return {"now": "16:00", "before": {"chain": chains[0]}, "after": {"chain": chains[1]}, "advice": advice}


@pytest.mark.parametrize(
    ("rounds", "passed"),
    [
        ([seen("A", "A"), seen("B", "B")], True),  # the market may change between rounds
        ([seen("A", "A"), seen("A", "B")], False),
        ([seen("A", "A"), seen("A", "B", chains=("16:00", "16:05"))], True),  # it changed in this one
    ],
)
def test_equal_accounts_get_equal_advice(rounds: list[dict[str, Any]], passed: bool) -> None:
    outcome = repeatable_advice(Recording(facts={"rounds": rounds}))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


@pytest.mark.parametrize(
    "rounds",
    [[], [seen("A", "B", chains=("16:00", "16:05"))], [seen("A", "B", status=503)], [seen("A", chains=("", ""))]],
)
def test_unknown_when_the_market_never_stood_still(rounds: list[dict[str, Any]]) -> None:
    assert isinstance(repeatable_advice(Recording(facts={"rounds": rounds})), Unknown)

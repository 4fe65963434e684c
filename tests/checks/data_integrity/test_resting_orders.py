"""Tests of the check resting_orders."""

from typing import Any

import pytest

from checks.data_integrity.resting_orders import resting_orders
from readiness import Fact, Recording, Unknown


def recording(at_once: int, filled: int, price: str | None, ingest: int = 200, ask: Any = "31.40") -> Recording:
    facts: dict[str, Any] = {
        "limit": "32.00",
        "placed": {"rests": {"body": {"filled": at_once}}},
        "after": {"rests": {"body": {"filled": filled, "quantity": 10, "price": price}}},
        "moves": [{"status": ingest, "quote": {"body": {"ask": ask}}}],
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


@pytest.mark.parametrize(("ask", "reached"), [("31.99", True), ("32.00", True), (32.0, True), ("32.01", False)])
@pytest.mark.parametrize("filled", [0, 10])
def test_a_fill_is_owed_only_where_the_ask_came_down_to_the_limit(ask: Any, reached: bool, filled: int) -> None:
    outcome = resting_orders(recording(0, filled, "31.90", ask=ask))
    if reached:
        assert isinstance(outcome, Fact)
        assert outcome.passed is bool(filled)
    else:
        assert outcome == Unknown("the market never reached 32.00 (ask 32.01)")


@pytest.mark.parametrize("ask", [None, "", "NaN", "0", "-1"])
def test_unknown_where_nobody_saw_the_market(ask: Any) -> None:
    outcome = resting_orders(recording(0, 0, None, ask=ask))
    assert isinstance(outcome, Unknown)
    assert "no quote told" in outcome.reason
    unlooked = recording(0, 0, None)
    del unlooked.facts["moves"][0]["quote"]
    assert isinstance(resting_orders(unlooked), Unknown)


def test_a_fill_that_is_worse_than_the_limit_is_wrong_whatever_the_market_did() -> None:
    for wrong in (recording(0, 10, "32.01", ask="33.00"), recording(10, 10, "31.50", ask=None)):
        outcome = resting_orders(wrong)
        assert isinstance(outcome, Fact)
        assert not outcome.passed


def test_unknown_says_what_the_scenario_missed() -> None:
    assert resting_orders(Recording(facts={"missed": "no spot"})) == Unknown("no spot")

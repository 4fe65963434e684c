"""Tests of the check hedge_reduces_delta."""

from typing import Any

import pytest

from checks.data_integrity.hedge_reduces_delta import hedge_reduces_delta
from readiness import Fact, Recording, Unknown

PUT = "U250718P00030000"


def recording(puts: int = 8, told: float | None = None, contract: str | None = PUT, status: int = 201) -> Recording:
    delta = 250 - puts * 30.0
    facts: dict[str, Any] = {
        "bought": {"status": 201},
        "before": {"body": {"delta": 250.0}},
        "proposed": {"body": {"contract": contract, "side": "buy", "quantity": puts}},
        "ordered": {"status": status, "error": "", "body": "refused"},
        "after": {"body": {"delta": delta if told is None else told}},
        "account": {"body": {"positions": [{"contract": "U", "quantity": 250}, {"contract": PUT, "quantity": puts}]}},
        "chain": {"body": {"options": [{"contract": PUT, "delta": -0.3}]}},
    }
    return Recording(facts=facts)


@pytest.mark.parametrize(
    ("puts", "passed"),
    [
        (8, True),
        (5, True),
        (4, False),
        (-8, False),
        (13, False),
    ],  # a half is allowed; more than that, or beyond, is not
)
def test_the_delta_that_is_left(puts: int, passed: bool) -> None:
    outcome = hedge_reduces_delta(recording(puts))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


def test_a_delta_that_is_only_told_does_not_count() -> None:
    outcome = hedge_reduces_delta(recording(-8, told=10.0))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "it is 490.0" in outcome.reason


def test_no_trade_against_a_delta_fails() -> None:
    outcome = hedge_reduces_delta(recording(contract=None))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


def test_unknown_where_the_hedge_was_not_seen() -> None:
    assert isinstance(hedge_reduces_delta(Recording()), Unknown)
    assert isinstance(hedge_reduces_delta(recording(status=409)), Unknown)
    assert isinstance(hedge_reduces_delta(Recording(facts={"bought": {"status": 201}})), Unknown)


def test_unknown_where_the_proposal_could_not_be_ordered() -> None:
    facts = dict(recording().facts)
    del facts["ordered"]
    outcome = hedge_reduces_delta(Recording(facts=facts))
    assert isinstance(outcome, Unknown)
    assert "is no whole number" in outcome.reason

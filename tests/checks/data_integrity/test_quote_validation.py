"""Tests of the check quote_validation."""

from typing import Any

import pytest

from checks.data_integrity.quote_validation import quote_validation
from readiness import Fact, Recording, Unknown


def condition(bid: str = "1.00", ask: str = "1.10", rejected: int = 10, control: int = 200) -> dict[str, Any]:
    return {
        "control": {"status": control, "error": ""},
        "ingests": [{"status": 200, "error": "", "body": {"rejected": rejected}}],
        "quote": {"body": {"bid": "33.99", "ask": "34.01"}},
        "chain": {"body": {"options": [{"contract": "P", "bid": bid, "ask": ask}]}},
    }


def recording(crossed: dict[str, Any], impossible: dict[str, Any] | None = None) -> Recording:
    return Recording(facts={"crossed": crossed, "not a number": impossible or condition()})


def test_green_when_all_was_rejected() -> None:
    outcome = quote_validation(recording(condition()))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 20


@pytest.mark.parametrize(
    ("bid", "ask"), [("1.10", "1.00"), ("1.00", "1.00"), ("0", "1"), ("-1", "1"), ("nan", "1"), ("1", "nan")]
)
def test_red_when_an_impossible_price_is_served(bid: str, ask: str) -> None:
    outcome = quote_validation(recording(condition(bid, ask, rejected=0)))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert f"P has bid {bid} and ask {ask}" in outcome.reason


def test_unknown_when_the_disturbance_did_not_act() -> None:
    assert isinstance(quote_validation(Recording()), Unknown)
    assert isinstance(quote_validation(recording(condition(rejected=0))), Unknown)
    assert isinstance(quote_validation(recording(condition(control=404))), Unknown)

"""Tests of the check weekly_review."""

import copy
import math
import statistics
from typing import Any

import pytest

from checks.data_integrity.weekly_review import weekly_review
from readiness import Fact, Recording, Unknown

CLOSES = [34.0 + math.sin(number) for number in range(30)]
RETURNS = [math.log(CLOSES[i + 1] / CLOSES[i]) for i in range(len(CLOSES) - 21, len(CLOSES) - 1)]
NEAR, FAR = (
    {"contract": "P-NEAR", "expires": "2025-06-20", "delta": -0.3},
    {"contract": "P-FAR", "expires": "2025-07-18", "delta": -0.3},
)
DONE = {"status": 200, "error": ""}
REVIEW = {
    "expirations": [{"contract": "P-NEAR"}],
    "rebalancing": {"delta": 355.0, "delta_limit": 200.0, "short_puts": 2, "trade": {"contract": "P"}},
    "regime": {"realized_volatility": statistics.stdev(RETURNS) * math.sqrt(252)},
    "integrity": {"cash": "90000.00", "ledger": "90000.00", "difference": "0.00"},
}
FACTS: dict[str, Any] = {
    "clock": DONE,
    "ingested": DONE,
    "away": DONE,
    "saturday": DONE,
    "held": {"share": "U", "shares": 300, "puts": [NEAR, FAR]},
    "orders": [{"status": 201}] * 3,
    "review": {**DONE, "body": REVIEW},
    "account": {"body": {"cash": "90000.00"}},
    "ledger": {"body": {"postings": [{"amount": "100000.00"}, {"amount": "-10000.00"}]}},
    "history": {"body": {"days": [{"close": str(close)} for close in CLOSES]}},
}


def changed(part: str, name: str, value: object) -> Recording:
    facts = copy.deepcopy(FACTS)
    facts["review"]["body"][part][name] = value
    return Recording(facts=facts)


def test_a_right_review_passes() -> None:
    outcome = weekly_review(Recording(facts=FACTS))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("rebalancing", "short_puts", 1),
        ("rebalancing", "delta", 355.0 + 0.3 * 360),
        ("rebalancing", "trade", None),
        ("regime", "realized_volatility", 0.2),
        ("integrity", "cash", "90000.01"),
        ("integrity", "ledger", "89999.99"),
        ("integrity", "difference", "0.01"),
    ],
)
def test_each_wrong_figure_is_named(part: str, name: str, value: object) -> None:
    outcome = weekly_review(changed(part, name, value))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "right would be" in outcome.reason


@pytest.mark.parametrize("listed", [[], [{"contract": "P-FAR"}], [{"contract": "P-NEAR"}, {"contract": "P-FAR"}]])
def test_expirations_are_those_of_the_days_asked_for(listed: list[dict[str, str]]) -> None:
    facts = copy.deepcopy(FACTS)
    facts["review"]["body"]["expirations"] = listed
    outcome = weekly_review(Recording(facts=facts))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


def test_a_review_that_needs_a_market_fails() -> None:
    outcome = weekly_review(Recording(facts={**FACTS, "review": {"status": 503, "error": "", "body": None}}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


@pytest.mark.parametrize("missing", ["clock", "ingested", "away", "saturday"])
def test_unknown_where_a_step_was_not_done(missing: str) -> None:
    assert isinstance(weekly_review(Recording(facts={**FACTS, missing: {"status": 409, "error": ""}})), Unknown)


def test_unknown_without_positions_or_answers() -> None:
    assert isinstance(weekly_review(Recording(facts={**FACTS, "orders": [{"status": 409}]})), Unknown)
    assert isinstance(weekly_review(changed("integrity", "cash", "much")), Unknown)

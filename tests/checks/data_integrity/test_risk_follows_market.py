"""Tests of the check risk_follows_market."""

from typing import Any

import pytest

from checks.data_integrity.risk_follows_market import risk_follows_market
from readiness import Fact, Recording, Unknown


def look(last: str, value: str) -> dict[str, Any]:
    quote = {"body": {"last": last}}
    account = {"body": {"cash": "97000.00", "positions": [{"quantity": 100}]}}
    return {"quote": quote, "quote again": quote, "risk": {"body": {"value": value}}, "account": account}


def recording(crash: str = "99250.00", last: str = "22.50", back: str = "100000.00") -> Recording:
    looks = {"calm": look("30.00", "100000.00"), "crash": look(last, crash), "back": look("30.00", back)}
    return Recording(facts={"looks": looks})


@pytest.mark.parametrize(
    ("crash", "back", "passed"),
    [
        ("99250.00", "100000.00", True),
        ("99261.25", "100000.00", True),  # half a percent of 2250 dollars of shares
        ("99261.26", "100000.00", False),
        ("100000.00", "100000.00", False),
        ("99250.00", "99250.00", False),
    ],
)
def test_half_a_percent_of_the_shares_is_the_boundary(crash: str, back: str, passed: bool) -> None:
    outcome = risk_follows_market(recording(crash, back=back))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


def test_unknown_without_a_crash_or_answers() -> None:
    assert isinstance(risk_follows_market(Recording()), Unknown)
    assert isinstance(risk_follows_market(recording(last="29.90")), Unknown)
    assert isinstance(risk_follows_market(recording(crash="none")), Unknown)

"""Tests of the check exact_money."""

from typing import Any

import pytest

from checks.data_integrity.exact_money import exact_money
from readiness import Fact, Recording, Unknown


def fee(notional: str, rate: str, answered: str | None, status: int = 200) -> dict[str, Any]:
    return {"notional": notional, "rate": rate, "status": status, "error": "", "body": {"fee": answered}}


def test_green_when_ties_go_to_the_even_cent() -> None:
    fees = [fee("2.50", "0.05", "0.12"), fee("2.70", "0.05", "0.14"), fee("0.50", "0.01", "0.00")]
    outcome = exact_money(Recording(facts={"fees": fees}))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert "3 of them ties" in outcome.reason


@pytest.mark.parametrize("answered", ["0.13", "0.125", None, "much"])
def test_red_for_any_other_answer(answered: str | None) -> None:
    outcome = exact_money(Recording(facts={"fees": [fee("2.50", "0.05", answered)]}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "not 0.12" in outcome.reason


def test_unknown_without_fees_answers_or_ties() -> None:
    assert isinstance(exact_money(Recording()), Unknown)
    assert isinstance(exact_money(Recording(facts={"fees": [fee("2.50", "0.05", None, 503)]})), Unknown)
    assert isinstance(exact_money(Recording(facts={"fees": [fee("2.00", "0.05", "0.10")]})), Unknown)

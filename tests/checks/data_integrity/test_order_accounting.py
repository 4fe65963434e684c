"""Tests of the check order_accounting."""

from typing import Any

import pytest

from checks.data_integrity.order_accounting import order_accounting
from readiness import Fact, Recording, Unknown


def recording(cash: str, *postings: str, side: str = "sell", filled: int = 1) -> Recording:
    order: dict[str, Any] = {"id": "a", "side": side, "price": "1.25", "filled": filled, "fees": "0.65"}
    return Recording(
        facts={
            "created": {"body": {"cash": "100000.00"}},
            "account": {"body": {"cash": cash}},
            "ledger": {"body": {"postings": [{"amount": amount} for amount in postings]}},
            "orders": {"answers": [[{"body": order}, {"body": order}]]},
        }
    )


def test_green_when_all_agree() -> None:
    outcome = order_accounting(recording("100124.35", "100000.00", "125.00", "-0.65"))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    bought = order_accounting(recording("99874.35", "100000.00", "-125.00", "-0.65", side="buy"))
    assert isinstance(bought, Fact)
    assert bought.passed


@pytest.mark.parametrize(
    ("cash", "postings", "said"),
    [
        ("100124.35", ("100000.00", "125.00"), "-0.65 unexplained"),
        ("100124.36", ("100000.00", "125.00", "-0.64"), "make 100124.35"),
        ("100125.00", ("100000.00", "125.00"), "make 100124.35"),
    ],
)
def test_red_to_the_cent(cash: str, postings: tuple[str, ...], said: str) -> None:
    outcome = order_accounting(recording(cash, *postings))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert said in outcome.reason


def test_unknown_without_answers_or_fills() -> None:
    assert isinstance(order_accounting(Recording()), Unknown)
    assert isinstance(order_accounting(recording("100000.00", "100000.00", filled=0)), Unknown)

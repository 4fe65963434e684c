"""Tests of the check weekend_books."""

from typing import Any

import pytest

from checks.data_integrity.weekend_books import weekend_books
from readiness import Fact, Recording, Unknown


def recording(realized: str = "150.00", ledger: str = "96150.00", close: int = 200) -> Recording:
    performance = {
        "start_cash": "100000.00",
        "cash": "96148.70",
        "market_value": "3400.00",
        "realized": realized,
        "unrealized": "-600.00",
        "fees": "1.30",
    }
    after: dict[str, Any] = {
        "account": {"body": {"cash": "96148.70"}},
        "ledger": {"body": {"postings": [{"amount": ledger}, {"amount": "-1.30"}]}},
        "performance": {"body": performance},
    }
    return Recording(facts={"after": after, "close": {"status": close}})


@pytest.mark.parametrize(
    ("realized", "ledger", "passed"),
    [
        ("150.00", "96150.00", True),
        ("149.99", "96150.00", False),
        ("0.00", "96150.00", False),
        ("150.00", "96150.01", False),
    ],
)
def test_to_the_cent(realized: str, ledger: str, passed: bool) -> None:
    outcome = weekend_books(recording(realized, ledger))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


def test_unknown_without_a_close_or_numbers() -> None:
    assert isinstance(weekend_books(Recording()), Unknown)
    assert isinstance(weekend_books(recording(close=500)), Unknown)
    assert isinstance(weekend_books(recording(realized="none")), Unknown)

"""Tests of the check closing_freshness."""

from typing import Any

import pytest

from checks.data_integrity.closing_freshness import closing_freshness
from readiness import Fact, Measured, NotApplicable, Recording, Unknown

AT = "2025-06-20 20:30:00+00:00"


def recording(body: dict[str, Any], status: int = 200) -> Recording:
    return Recording(facts={"close": {"status": status, "error": "", "body": body}})


@pytest.mark.parametrize(
    ("marked", "age"),
    [
        (AT, 0.0),
        ("2025-06-20 20:29:00+00:00", 60.0),
        ("2025-06-20T20:30:30+00:00", 30.0),  # from the future is as wrong
        ("2025-06-18 15:00:00+00:00", 192_600.0),
    ],
)
def test_the_age_of_the_price_at_the_close(marked: str, age: float) -> None:
    outcome = closing_freshness(recording({"at": AT, "marked": marked}))
    assert isinstance(outcome, Measured)
    assert outcome.value == age
    assert (outcome.objective, outcome.limit) == (10.0, 60.0)


def test_a_close_without_a_price_fails() -> None:
    outcome = closing_freshness(recording({"at": AT, "marked": None}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


def test_what_is_not_said_is_not_judged() -> None:
    assert isinstance(closing_freshness(Recording()), Unknown)
    assert isinstance(closing_freshness(recording({}, 500)), Unknown)
    assert isinstance(closing_freshness(recording({"at": "noon", "marked": AT})), Unknown)
    assert isinstance(closing_freshness(recording({"at": AT})), NotApplicable)

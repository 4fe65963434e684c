"""Tests of the check midday_freshness."""

from typing import Any

import pytest

from checks.data_integrity.midday_freshness import midday_freshness
from readiness import Measured, Recording, Unknown


def seen(at: str, passed: float = 0.0, clock: int = 200) -> dict[str, Any]:
    after = {"quote": {"body": {"at": at}}}
    return {"now": "2025-06-11T16:30:00+00:00", "passed": passed, "clock": {"status": clock}, "after": after}


@pytest.mark.parametrize(
    ("at", "passed", "age"),
    [
        ("2025-06-11T16:30:00+00:00", 0.5, 0.5),
        ("2025-06-11T16:15:00+00:00", 0.0, 900.0),
        ("2025-06-11T16:31:00+00:00", 0.0, 60.0),  # from the future is as wrong
    ],
)
def test_the_greatest_age_counts(at: str, passed: float, age: float) -> None:
    outcome = midday_freshness(Recording(facts={"rounds": [seen("2025-06-11T16:30:00+00:00"), seen(at, passed)]}))
    assert isinstance(outcome, Measured)
    assert outcome.value == age
    assert (outcome.objective, outcome.limit) == (300.0, 900.0)


def test_unknown_without_a_clock_or_times() -> None:
    assert isinstance(midday_freshness(Recording()), Unknown)
    assert isinstance(midday_freshness(Recording(facts={"rounds": [seen("")]})), Unknown)
    unset = seen("2025-06-11T16:30:00+00:00", clock=409)
    assert isinstance(midday_freshness(Recording(facts={"rounds": [unset]})), Unknown)

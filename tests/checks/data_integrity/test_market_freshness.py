"""Tests of the check market_freshness."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checks.data_integrity.market_freshness import market_freshness
from readiness import Measured, Recording, Unknown

NOW = datetime(2025, 6, 11, 13, 30, tzinfo=UTC)


def recording(*ages: float, clock: int = 200) -> Recording:
    updates: list[dict[str, Any]] = [
        {
            "since": float(n),
            "now": NOW.isoformat(),
            "quote": {"body": {"at": (NOW - timedelta(seconds=age)).isoformat()}},
        }
        for n, age in enumerate(ages)
    ]
    return Recording(facts={"clock": {"status": clock, "error": ""}, "updates": updates})


@pytest.mark.parametrize(("ages", "oldest"), [((0.5, 2.0), 2.0), ((1.0, 300.0), 300.0), ((7200.0,), 7200.0)])
def test_the_greatest_age_is_measured(ages: tuple[float, ...], oldest: float) -> None:
    outcome = market_freshness(recording(*ages))
    assert isinstance(outcome, Measured)
    assert outcome.value == oldest
    assert (outcome.objective, outcome.limit) == (60.0, 300.0)


def test_a_quote_from_the_future_is_not_fresh() -> None:
    outcome = market_freshness(recording(-400.0))
    assert isinstance(outcome, Measured)
    assert outcome.value == 400.0


def test_unknown_without_quotes_times_or_clock() -> None:
    assert isinstance(market_freshness(Recording()), Unknown)
    assert isinstance(market_freshness(recording(1.0, clock=409)), Unknown)
    broken = recording(1.0, 1.0)
    broken.facts["updates"][0]["quote"]["body"] = None
    assert isinstance(market_freshness(broken), Unknown)

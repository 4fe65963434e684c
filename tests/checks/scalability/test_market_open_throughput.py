"""Tests of the check market_open_throughput."""

import pytest

from checks.scalability.market_open_throughput import market_open_throughput
from readiness import Measured, Recording, Sample, Samples, Unknown


def recording(per_second: int, *, updates: int = 8, status: int = 200) -> Recording:
    n = per_second * 4
    rows = tuple(Sample(i / per_second, 1 / per_second, 0.0, "quote", "open", 200, "") for i in range(n))
    facts = {"users": 20, "updates": [{"ingest": {"status": status}} for _ in range(updates)]}
    return Recording(samples=Samples(rows), facts=facts)


@pytest.mark.parametrize("per_second", [20, 50, 400])
def test_operations_per_second_are_measured(per_second: int) -> None:
    outcome = market_open_throughput(recording(per_second))
    assert isinstance(outcome, Measured)
    assert outcome.value == pytest.approx(per_second)
    assert (outcome.objective, outcome.limit, outcome.better) == (100.0, 50.0, "higher")


def test_failed_calls_do_not_count() -> None:
    good = recording(100)
    bad = tuple(row._replace(error="status 503") for row in good.samples.rows[::2])
    outcome = market_open_throughput(Recording(samples=Samples(good.samples.rows[1::2] + bad), facts=good.facts))
    assert isinstance(outcome, Measured)
    assert outcome.value == pytest.approx(50, rel=0.01)
    assert "200 x status 503" in outcome.reason


def test_unknown_without_calls_or_updates() -> None:
    assert isinstance(market_open_throughput(Recording()), Unknown)
    assert isinstance(market_open_throughput(recording(100, updates=0)), Unknown)
    assert isinstance(market_open_throughput(recording(100, status=503)), Unknown)

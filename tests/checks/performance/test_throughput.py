"""Tests of the check throughput."""

import pytest

from checks.performance.throughput import throughput
from readiness import Measured, Recording, Sample, Samples, Unknown


def recording(calls: int, *, failed: int = 0, rate: float = 200.0, seconds: float = 10.0) -> Recording:
    rows = (
        Sample(i * seconds / calls, seconds / calls, 0.0, "quote", "steady", 200, "timeout" if i < failed else "")
        for i in range(calls)
    )
    return Recording(samples=Samples(tuple(rows)), facts={"offered": {"rate": rate, "seconds": seconds}})


def measured(given: Recording) -> Measured:
    outcome = throughput(given)
    assert isinstance(outcome, Measured)
    assert outcome.better == "higher"
    return outcome


def test_green_at_the_offered_rate() -> None:
    outcome = measured(recording(2000))
    assert outcome.value == pytest.approx(200.0)
    assert "2000 of 2000 calls in 10.0 s; 200/s offered" in outcome.reason


def test_red_when_few_calls_are_verified() -> None:
    outcome = measured(recording(2000, failed=1950))
    assert outcome.value == pytest.approx(5.0)
    assert outcome.limit == 10.0


def test_at_the_limit() -> None:
    outcome = measured(recording(2000, failed=1900))
    assert outcome.value == pytest.approx(outcome.limit)


def test_a_rate_below_the_limits_moves_them() -> None:
    outcome = measured(recording(50, rate=5.0))
    assert outcome.objective == pytest.approx(4.5)
    assert outcome.limit == pytest.approx(4.5)
    assert outcome.value == pytest.approx(5.0)


def test_unknown_without_calls_or_rate() -> None:
    assert isinstance(throughput(Recording(facts={"offered": {"rate": 200.0}})), Unknown)
    assert isinstance(throughput(Recording(samples=recording(10).samples)), Unknown)

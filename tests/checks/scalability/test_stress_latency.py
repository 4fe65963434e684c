"""Tests of the check stress_latency."""

import pytest

from checks.scalability.stress_latency import stress_latency
from readiness import Estimate, Measured, Recording, Sample, Samples, Unknown


def recording(*, few: float = 0.01, most: float = 0.05, error: str = "") -> Recording:
    rows = [Sample(i / 100, few, 0.0, "quote", "users 1", 200, "") for i in range(100)]
    rows += [Sample(i / 100, most, 0.0, "quote", "users 50", 200, error) for i in range(500)]
    grid = [
        {"users": users, "operations": n, "seconds": 1.0, "p95": p95, "errors": 0, "throughput": float(n)}
        for users, n, p95 in ((1, 100, few), (50, 500, most))
    ]
    return Recording(samples=Samples(tuple(rows)), facts={"grid": grid})


def value(given: Recording) -> tuple[Estimate, Measured]:
    outcome = stress_latency(given)
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, Estimate)
    return outcome.value, outcome


def test_green_and_only_the_top_of_the_ramp_counts() -> None:
    estimate, outcome = value(recording(few=9.0))
    assert estimate.high <= outcome.objective
    assert "0.050 s with 50 users (500 calls, 0 failed)" in outcome.reason


def test_red_when_the_top_is_slow() -> None:
    estimate, outcome = value(recording(most=3.0))
    assert estimate.low > outcome.limit


def test_at_the_limit() -> None:
    estimate, outcome = value(recording(most=2.0))
    assert estimate.value == pytest.approx(outcome.limit)


def test_fast_failures_are_not_fast_answers() -> None:
    assert value(recording(error="refused"))[0].value == pytest.approx(10.0)


def test_unknown_without_steps_or_calls() -> None:
    assert isinstance(stress_latency(Recording()), Unknown)
    assert isinstance(stress_latency(Recording(facts=recording().facts)), Unknown)

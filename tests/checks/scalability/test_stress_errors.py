"""Tests of the check stress_errors."""

import pytest

from checks.scalability.stress_errors import stress_errors
from readiness import Estimate, Measured, Recording, Sample, Samples, Unknown


def calls(phase: str, n: int, failed: int = 0) -> tuple[Sample, ...]:
    return tuple(Sample(i / 100, 0.01, 0.0, "quote", phase, 200, "status 503" if i < failed else "") for i in range(n))


def value(*rows: Sample) -> tuple[Estimate, Measured]:
    outcome = stress_errors(Recording(samples=Samples(rows)))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, Estimate)
    return outcome.value, outcome


def test_green_without_failures_and_other_phases_do_not_count() -> None:
    estimate, outcome = value(*calls("users 1", 200), *calls("users 50", 400), *calls("at once", 100, 100))
    assert estimate.n == 600
    assert estimate.high <= outcome.objective


def test_red_names_the_first_step_that_failed() -> None:
    estimate, outcome = value(*calls("users 5", 200), *calls("users 25", 200, 40), *calls("users 50", 400, 120))
    assert estimate.low > outcome.limit
    assert "160 of 800 calls failed, first with 25 users: status 503 (40 times)" in outcome.reason


def test_at_the_limit() -> None:
    estimate, outcome = value(*calls("users 50", 1000, 50))
    assert estimate.value == pytest.approx(outcome.limit)
    assert estimate.low < outcome.limit < estimate.high


def test_too_few_calls_say_how_many_more_would_do() -> None:
    estimate, outcome = value(*calls("users 5", 40, 1))
    assert estimate.low < outcome.limit < estimate.high
    assert "; 70 more calls without a failure would rule out 5.00%" in outcome.reason
    assert value(*calls("users 5", 40 + 69, 1))[0].high > outcome.limit
    assert value(*calls("users 5", 40 + 70, 1))[0].high <= outcome.limit
    assert "more calls" not in value(*calls("users 5", 40 + 70, 1))[1].reason
    assert "more calls" not in value(*calls("users 5", 40, 30))[1].reason, "what failed needs no more calls"


def test_unknown_without_calls() -> None:
    assert isinstance(stress_errors(Recording(samples=Samples(calls("warm up", 10)))), Unknown)

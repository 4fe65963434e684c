"""Tests of the check latency_p99."""

import pytest

from checks.performance.latency_p99 import latency_p99
from readiness import Measured, Recording, Sample, Samples, Unknown


def recording(*latencies: float, phase: str = "steady", error: str = "", operation: str = "quote") -> Recording:
    rows = (Sample(i / 100, x, 0.0, operation, phase, 0 if error else 200, error) for i, x in enumerate(latencies))
    return Recording(samples=Samples(tuple(rows)))


def measured(given: Recording) -> tuple[float, float]:
    outcome = latency_p99(given)
    assert isinstance(outcome, Measured)
    assert not isinstance(outcome.value, float)
    return outcome.value.value, outcome.limit


def test_green_when_calls_are_fast() -> None:
    outcome = latency_p99(recording(*[0.01] * 400))
    assert isinstance(outcome, Measured)
    assert not isinstance(outcome.value, float)
    assert outcome.value.value == pytest.approx(0.01)
    assert outcome.value.high <= outcome.objective
    assert outcome.better == "lower"


def test_red_when_the_tail_is_slow_and_the_operation_is_named() -> None:
    fast, slow = recording(*[0.01] * 360), recording(*[7.0] * 40, operation="chain")
    outcome = latency_p99(Recording(samples=Samples(fast.samples.rows + slow.samples.rows)))
    assert isinstance(outcome, Measured)
    assert not isinstance(outcome.value, float)
    assert outcome.value.low > outcome.limit
    assert "slowest operation: chain" in outcome.reason
    assert outcome.evidence[0].title == "Response time by operation"


def test_at_the_limit() -> None:
    value, limit = measured(recording(*[5.0] * 400))
    assert value == pytest.approx(limit)


def test_the_rank_is_the_nearest() -> None:
    value, _ = measured(recording(*[0.01] * 396, *[9.0] * 4))
    assert value == pytest.approx(0.01)
    value, _ = measured(recording(*[0.01] * (396 - 1), *[9.0] * (4 + 1)))
    assert value == pytest.approx(9.0)


def test_fast_failures_are_not_fast_answers() -> None:
    outcome = latency_p99(recording(*[0.001] * 400, error="refused"))
    assert isinstance(outcome, Measured)
    assert not isinstance(outcome.value, float)
    assert outcome.value.value == pytest.approx(10.0)
    assert "refused, 400 times" in outcome.reason


def test_unknown_without_measured_calls() -> None:
    assert isinstance(latency_p99(recording(0.01, phase="warm up")), Unknown)


def test_a_late_generator_is_named() -> None:
    rows = tuple(Sample(i / 100, 1.0, 0.9, "quote", "steady", 200, "") for i in range(400))
    assert "generator itself was late by 0.900 s" in latency_p99(Recording(samples=Samples(rows))).reason

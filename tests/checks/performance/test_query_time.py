"""Tests of the check query_time."""

import pytest

from checks.performance.query_time import query_time
from readiness import Estimate, Measured, Recording, Sample, Samples, Unknown


def recording(seconds: float, *, n: int = 60, error: str = "", rows: int = 20_000) -> Recording:
    samples = tuple(Sample(i / 10, seconds, 0.0, "history", "query", 200, error) for i in range(n))
    return Recording(samples=Samples(samples), facts={"finally": {"rows": rows}})


@pytest.mark.parametrize("seconds", [0.005, 0.1, 0.25])
def test_the_tail_is_measured(seconds: float) -> None:
    outcome = query_time(recording(seconds))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, Estimate)
    assert outcome.value.value == outcome.value.low == outcome.value.high == seconds
    assert (outcome.objective, outcome.limit) == (0.03, 0.1)


def test_few_queries_leave_the_tail_open() -> None:
    outcome = query_time(recording(0.005, n=20))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, Estimate)
    assert outcome.value.high == float("inf")


def test_unknown_without_queries_with_failures_and_on_empty_data() -> None:
    assert isinstance(query_time(Recording()), Unknown)
    assert isinstance(query_time(recording(0.005, error="status 500")), Unknown)
    assert isinstance(query_time(recording(0.005, rows=0)), Unknown)

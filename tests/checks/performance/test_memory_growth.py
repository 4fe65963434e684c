"""Tests of the check memory_growth."""

import pytest

from checks.performance.memory_growth import memory_growth
from readiness import Measured, Readings, Recording, Sample, Samples, Unknown

CALLS = Samples(tuple(Sample(i / 10, 0.01, 0.0, "quote", "steady", 200, "") for i in range(100)))


def recording(*values: float, calls: Samples = CALLS) -> Recording:
    at = tuple(i / 10 for i in range(len(values)))
    return Recording(samples=calls, readings={"rss_bytes": Readings("B", at, values)})


def measured(given: Recording) -> Measured:
    outcome = memory_growth(given)
    assert isinstance(outcome, Measured)
    assert outcome.better == "lower"
    assert outcome.evidence
    return outcome


def test_green_when_nothing_grows() -> None:
    outcome = measured(recording(*[200e6] * 50))
    assert outcome.value == 0.0


def test_red_when_it_grows_with_the_calls() -> None:
    outcome = measured(recording(*[200e6 + i * 4e6 for i in range(50)]))
    assert isinstance(outcome.value, float)
    assert outcome.value > outcome.limit
    assert "+160.0 MB" in outcome.reason


def test_at_the_limit() -> None:
    outcome = measured(recording(*[200e6] * 25, *[200e6 + 100e6] * 25))
    assert outcome.value == pytest.approx(outcome.limit)


def test_shrinking_is_no_fault() -> None:
    outcome = measured(recording(*[200e6] * 25, *[200e6 / 2] * 25))
    assert isinstance(outcome.value, float)
    assert outcome.value < outcome.objective


def test_unknown_with_too_few_readings() -> None:
    assert isinstance(memory_growth(recording(*[200e6] * 9)), Unknown)
    assert isinstance(memory_growth(Recording(samples=CALLS)), Unknown)


def test_unknown_without_calls() -> None:
    assert isinstance(memory_growth(recording(*[200e6] * 50, calls=Samples())), Unknown)

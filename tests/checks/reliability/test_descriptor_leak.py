"""Tests of the check descriptor_leak."""

import pytest

from checks.reliability.descriptor_leak import descriptor_leak
from readiness import Measured, Readings, Recording, Sample, Samples, Unknown

CALLS = Samples(tuple(Sample(i / 10, 0.01, 0.0, "quote", "steady", 200, "") for i in range(100)))


def recording(*values: float, calls: Samples = CALLS) -> Recording:
    at = tuple(i / 10 for i in range(len(values)))
    return Recording(samples=calls, readings={"descriptors": Readings("", at, values)})


def measured(given: Recording) -> Measured:
    outcome = descriptor_leak(given)
    assert isinstance(outcome, Measured)
    assert outcome.better == "lower"
    assert outcome.evidence
    return outcome


def test_green_when_nothing_grows() -> None:
    outcome = measured(recording(*[40.0] * 50))
    assert outcome.value == 0.0


def test_red_when_it_grows_with_the_calls() -> None:
    outcome = measured(recording(*[40.0 + i * 5.0 for i in range(50)]))
    assert isinstance(outcome.value, float)
    assert outcome.value > outcome.limit
    assert "+200 over 100 calls" in outcome.reason


def test_at_the_limit() -> None:
    outcome = measured(recording(*[40.0] * 25, *[40.0 + 100.0] * 25))
    assert outcome.value == pytest.approx(outcome.limit)


def test_shrinking_is_no_fault() -> None:
    outcome = measured(recording(*[40.0] * 25, *[40.0 / 2] * 25))
    assert isinstance(outcome.value, float)
    assert outcome.value < outcome.objective


def test_unknown_with_too_few_readings() -> None:
    assert isinstance(descriptor_leak(recording(*[40.0] * 9)), Unknown)
    assert isinstance(descriptor_leak(Recording(samples=CALLS)), Unknown)


def test_unknown_without_calls() -> None:
    assert isinstance(descriptor_leak(recording(*[40.0] * 50, calls=Samples())), Unknown)

"""Tests of the check descriptor_leak."""

import pytest

from checks.reliability.descriptor_leak import descriptor_leak
from readiness import Measured, Readings, Recording, Sample, Samples, Unknown

CALLS = Samples(tuple(Sample(i / 10, 0.01, 0.0, "quote", "steady", 200, "") for i in range(100)))


def recording(before: list[float], after: list[float], calls: Samples = CALLS) -> Recording:
    readings = {
        "rest before descriptors": Readings("", tuple(map(float, range(len(before)))), tuple(before)),
        "rest after descriptors": Readings("", tuple(map(float, range(len(after)))), tuple(after)),
        "descriptors": Readings("", (0.0, 1.0), (40.0, 900.0)),
    }
    return Recording(samples=calls, readings=readings)


def measured(given: Recording) -> Measured:
    outcome = descriptor_leak(given)
    assert isinstance(outcome, Measured)
    assert outcome.better == "lower"
    assert outcome.evidence
    return outcome


def test_green_when_nothing_stays_open_whatever_the_load_needed() -> None:
    outcome = measured(recording([40.0] * 9, [40.0] * 9))
    assert outcome.value == 0.0


def test_red_when_calls_leave_something_open() -> None:
    outcome = measured(recording([40.0] * 9, [240.0] * 9))
    assert isinstance(outcome.value, float)
    assert outcome.value > outcome.limit
    assert "40 before and 240 after 100 calls (+200)" in outcome.reason


def test_at_the_limit() -> None:
    outcome = measured(recording([40.0] * 9, [140.0] * 9))
    assert outcome.value == pytest.approx(outcome.limit)


def test_unknown_with_too_few_readings() -> None:
    assert isinstance(descriptor_leak(recording([40.0] * 9, [40.0] * 4)), Unknown)
    assert isinstance(descriptor_leak(Recording(samples=CALLS)), Unknown)


def test_unknown_without_calls() -> None:
    assert isinstance(descriptor_leak(recording([40.0] * 9, [40.0] * 9, calls=Samples())), Unknown)

"""Threads that stay."""

import pytest

from checks.reliability.thread_leak import thread_leak
from readiness import Measured, Readings, Recording, Sample, Samples, Unknown

CALLS = Samples((Sample(0.0, 0.01, 0.0, "a", "steady", 200, ""),))


def _recording(after: float, readings: int = 5, calls: Samples = CALLS) -> Recording:
    at = tuple(map(float, range(readings)))
    series = {
        "rest before threads": Readings("", at, (10.0,) * readings),
        "rest after threads": Readings("", at, (after,) * readings),
    }
    return Recording(samples=calls, readings=series)


@pytest.mark.parametrize(("after", "value", "good"), [(10.0, 0.0, True), (110.0, 100.0, True), (111.0, 101.0, False)])
def test_the_growth_decides(after: float, value: float, good: bool) -> None:
    outcome = thread_leak(_recording(after))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, float)
    assert outcome.value == pytest.approx(value)
    assert (outcome.value <= outcome.limit + 1e-9) is good


@pytest.mark.parametrize("given", [Recording(), _recording(10.0, readings=4), _recording(10.0, calls=Samples())])
def test_with_too_little_nothing_is_known(given: Recording) -> None:
    assert isinstance(thread_leak(given), Unknown)

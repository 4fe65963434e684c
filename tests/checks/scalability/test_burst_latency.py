"""The 95th percentile of the burst alone."""

import pytest

from checks.scalability.burst_latency import burst_latency
from readiness import Estimate, Measured, Recording, Sample, Samples, Unknown


def _recording(seconds: float, calls: int = 100) -> Recording:
    calm = [Sample(0.0, 60.0, 0.0, "a", "before", 200, "") for _ in range(100)]
    rush = [Sample(1.0, seconds, 0.0, "a", "burst", 200, "") for _ in range(calls)]
    return Recording(samples=Samples((*calm, *rush)))


@pytest.mark.parametrize(("seconds", "good"), [(0.1, True), (5.0, True), (5.1, False)])
def test_the_percentile_decides(seconds: float, good: bool) -> None:
    outcome = burst_latency(_recording(seconds))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, Estimate)
    assert outcome.value.value == pytest.approx(seconds)
    assert (seconds <= outcome.limit) is good


@pytest.mark.parametrize("given", [Recording(), _recording(0.1, calls=58)])
def test_with_too_few_calls_nothing_is_known(given: Recording) -> None:
    assert isinstance(burst_latency(given), Unknown)

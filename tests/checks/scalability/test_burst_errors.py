"""The share of the burst, where the calm was well."""

import pytest

from checks.scalability.burst_errors import burst_errors
from readiness import Recording, Sample, Samples, Share, Unknown


def _recording(good: int, tries: int = 100, calm_failed: int = 0) -> Recording:
    calm = [Sample(0.0, 0.1, 0.0, "a", "before", 200, "status" if n < calm_failed else "") for n in range(100)]
    rush = [Sample(1.0, 0.1, 0.0, "a", "burst", 200, "" if n < good else "status") for n in range(tries)]
    return Recording(samples=Samples((*calm, *rush)))


@pytest.mark.parametrize("good", [100, 95, 0])
def test_the_share_is_counted(good: int) -> None:
    outcome = burst_errors(_recording(good))
    assert isinstance(outcome, Share)
    assert (outcome.good, outcome.tries, outcome.limit) == (good, 100, 0.95)


def test_the_calm_may_lose_as_much_as_the_burst() -> None:
    assert isinstance(burst_errors(_recording(100, calm_failed=5)), Share)
    assert isinstance(burst_errors(_recording(100, calm_failed=6)), Unknown)


@pytest.mark.parametrize("given", [Recording(), _recording(0, tries=0)])
def test_without_a_burst_nothing_is_known(given: Recording) -> None:
    assert isinstance(burst_errors(given), Unknown)

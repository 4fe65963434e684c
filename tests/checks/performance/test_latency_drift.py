"""The last fifth against the first."""

import pytest

from checks.performance.latency_drift import latency_drift
from readiness import Measured, Recording, Sample, Samples, Unknown


def _recording(first: float, last: float, calls: int = 500) -> Recording:
    rows = [Sample(n / 100, first if n < calls / 2 else last, 0.0, "a", "steady", 200, "") for n in range(calls)]
    return Recording(samples=Samples(tuple(rows)))


@pytest.mark.parametrize(
    ("first", "last", "value", "good"),
    [
        (0.1, 0.1, 1.0, True),
        (0.1, 0.3, 3.0, True),
        (0.1, 0.4, 4.0, False),
        (0.001, 0.009, 1.0, True),
        (0.2, 0.1, 0.5, True),
    ],
)
def test_the_ratio_decides(first: float, last: float, value: float, good: bool) -> None:
    outcome = latency_drift(_recording(first, last))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, float)
    assert outcome.value == pytest.approx(value)
    assert (outcome.value <= outcome.limit + 1e-9) is good


@pytest.mark.parametrize("given", [Recording(), _recording(0.1, 0.1, calls=149)])
def test_with_too_few_calls_nothing_is_known(given: Recording) -> None:
    assert isinstance(latency_drift(given), Unknown)

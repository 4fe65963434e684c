"""The tail against the median, which has a floor."""

import pytest

from checks.performance.tail_ratio import tail_ratio
from readiness import Measured, Recording, Sample, Samples, Unknown


def _recording(median: float, tail: float, calls: int = 1000) -> Recording:
    rows = [Sample(n / 100, tail if n % 20 == 0 else median, 0.0, "a", "steady", 200, "") for n in range(calls)]
    return Recording(samples=Samples(tuple(rows)))


@pytest.mark.parametrize(
    ("median", "tail", "value", "good"),
    [(0.1, 0.2, 2.0, True), (0.1, 5.0, 50.0, True), (0.1, 6.0, 60.0, False), (0.0001, 0.1, 10.0, True)],
)
def test_the_ratio_decides(median: float, tail: float, value: float, good: bool) -> None:
    outcome = tail_ratio(_recording(median, tail))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, float)
    assert outcome.value == pytest.approx(value)
    assert (outcome.value <= outcome.limit + 1e-9) is good


@pytest.mark.parametrize("given", [Recording(), _recording(0.1, 0.1, calls=298)])
def test_with_too_few_calls_nothing_is_known(given: Recording) -> None:
    assert isinstance(tail_ratio(given), Unknown)

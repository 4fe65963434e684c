"""The longest gap between good answers."""

import pytest

from checks.performance.no_stall import no_stall
from readiness import Measured, Recording, Sample, Samples, Unknown


def _recording(gap: float, calls: int = 200, error: str = "") -> Recording:
    rows = [Sample(n / 100 + gap * (n >= 150), 0.0, 0.0, "a", "steady", 200, error) for n in range(calls)]
    return Recording(samples=Samples(tuple(rows)))


@pytest.mark.parametrize(("gap", "value", "good"), [(0.0, 0.01, True), (1.99, 2.0, True), (2.5, 2.51, False)])
def test_the_gap_decides(gap: float, value: float, good: bool) -> None:
    outcome = no_stall(_recording(gap))
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, float)
    assert outcome.value == pytest.approx(value)
    assert (outcome.value <= outcome.limit + 1e-9) is good


@pytest.mark.parametrize("given", [Recording(), _recording(0.0, calls=99), _recording(0.0, error="timeout")])
def test_with_too_few_answers_nothing_is_known(given: Recording) -> None:
    assert isinstance(no_stall(given), Unknown)

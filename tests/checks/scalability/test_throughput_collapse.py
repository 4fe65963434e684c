"""The largest step against the best."""

import pytest

from checks.scalability.throughput_collapse import throughput_collapse
from readiness import Measured, Recording, Unknown


def _recording(*throughputs: float) -> Recording:
    grid = [{"users": 5 * n + 1, "operations": 50, "throughput": value} for n, value in enumerate(throughputs)]
    return Recording(facts={"grid": grid})


@pytest.mark.parametrize(
    ("throughputs", "value", "good"),
    [((100, 200, 300), 1.0, True), ((100, 500, 200), 0.4, True), ((100, 500, 190), 0.38, False)],
)
def test_the_ratio_decides(throughputs: tuple[float, ...], value: float, good: bool) -> None:
    outcome = throughput_collapse(_recording(*throughputs))
    assert isinstance(outcome, Measured)
    assert outcome.value == pytest.approx(value)
    assert (value >= outcome.limit) is good


@pytest.mark.parametrize("given", [Recording(), _recording(1, 2), _recording(0, 0, 0)])
def test_with_too_few_steps_nothing_is_known(given: Recording) -> None:
    assert isinstance(throughput_collapse(given), Unknown)

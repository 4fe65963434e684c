"""The mean of the readings at rest."""

import pytest

from checks.performance.idle_cpu import idle_cpu
from readiness import Measured, Readings, Recording, Unknown


def _recording(cores: float, readings: int = 10) -> Recording:
    at = tuple(map(float, range(readings)))
    return Recording(readings={"idle cpu_cores": Readings("", at, (cores,) * readings)})


@pytest.mark.parametrize(("cores", "good"), [(0.0, True), (0.25, True), (0.5, False)])
def test_the_mean_decides(cores: float, good: bool) -> None:
    outcome = idle_cpu(_recording(cores))
    assert isinstance(outcome, Measured)
    assert outcome.value == cores
    assert (cores <= outcome.limit) is good


@pytest.mark.parametrize("given", [Recording(), _recording(0.0, readings=4)])
def test_with_too_few_readings_nothing_is_known(given: Recording) -> None:
    assert isinstance(idle_cpu(given), Unknown)

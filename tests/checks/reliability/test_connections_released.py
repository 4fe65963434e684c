"""What stays open counts."""

import pytest

from checks.reliability.connections_released import connections_released
from readiness import Measured, Readings, Recording, Unknown


def _recording(after: float, readings: int = 5) -> Recording:
    at = tuple(map(float, range(readings)))
    series = {
        "rest before descriptors": Readings("", at, (10.0,) * readings),
        "rest after descriptors": Readings("", at, (after,) * readings),
    }
    return Recording(readings=series)


@pytest.mark.parametrize(("after", "good"), [(10.0, True), (30.0, True), (31.0, False)])
def test_the_rest_counts(after: float, good: bool) -> None:
    outcome = connections_released(_recording(after))
    assert isinstance(outcome, Measured)
    assert outcome.value == after - 10.0
    assert (after - 10.0 <= outcome.limit) is good


@pytest.mark.parametrize("given", [Recording(), _recording(10.0, readings=2)])
def test_with_too_few_readings_nothing_is_known(given: Recording) -> None:
    assert isinstance(connections_released(given), Unknown)

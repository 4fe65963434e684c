"""What each of a hundred connections costs."""

import pytest

from checks.scalability.connection_threads import connection_threads
from readiness import Measured, Readings, Recording, Unknown


def _recording(during: float, opened: int = 100, readings: int = 5) -> Recording:
    at = tuple(map(float, range(readings)))
    series = {
        "rest before threads": Readings("", at, (4.0,) * readings),
        "idle threads": Readings("", at, (during,) * readings),
    }
    return Recording(facts={"idle": {"open": opened}}, readings=series)


@pytest.mark.parametrize(("during", "each", "good"), [(4.0, 0.0, True), (54.0, 0.5, True), (104.0, 1.0, False)])
def test_the_growth_is_shared_out(during: float, each: float, good: bool) -> None:
    outcome = connection_threads(_recording(during))
    assert isinstance(outcome, Measured)
    assert outcome.value == pytest.approx(each)
    assert (each <= outcome.limit) is good


@pytest.mark.parametrize("given", [Recording(), _recording(1.0, opened=0), _recording(1.0, readings=2)])
def test_with_too_little_nothing_is_known(given: Recording) -> None:
    assert isinstance(connection_threads(given), Unknown)

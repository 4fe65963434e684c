"""The slowest request counts, and one without an answer for more."""

from typing import Any

import pytest

from checks.scalability.idle_connections import idle_connections
from readiness import Measured, Recording, Unknown


def _recording(before: int = 10, **changes: Any) -> Recording:
    told = {"wanted": 100, "open": 100, "asked": 10, "good": 10, "slowest": 0.01, **changes}
    return Recording(facts={"plain": {"asked": 10, "good": before, "slowest": 0.01}, "idle": told})


@pytest.mark.parametrize(
    ("changes", "value", "good"),
    [({}, 0.01, True), ({"slowest": 2.0}, 2.0, True), ({"slowest": 2.1}, 2.1, False), ({"good": 9}, 10.0, False)],
)
def test_the_slowest_counts(changes: dict[str, Any], value: float, good: bool) -> None:
    outcome = idle_connections(_recording(**changes))
    assert isinstance(outcome, Measured)
    assert outcome.value == value
    assert (value <= outcome.limit) is good


@pytest.mark.parametrize("given", [Recording(), _recording(before=9), _recording(open=0)])
def test_without_a_working_service_nothing_is_known(given: Recording) -> None:
    assert isinstance(idle_connections(given), Unknown)

"""The slowest request counts, and one without an answer for more."""

from typing import Any

import pytest

from checks.reliability.slow_bodies import slow_bodies
from readiness import Measured, NotApplicable, Recording, Unknown


def _recording(before: int = 10, **changes: Any) -> Recording:
    told = {"open": 100, "asked": 10, "good": 10, "slowest": 0.01, **changes}
    return Recording(facts={"plain": {"asked": 10, "good": before, "slowest": 0.01}, "slow_bodies": told})


@pytest.mark.parametrize(
    ("changes", "value", "good"),
    [({}, 0.01, True), ({"slowest": 2.0}, 2.0, True), ({"slowest": 2.1}, 2.1, False), ({"good": 9}, 10.0, False)],
)
def test_the_slowest_counts(changes: dict[str, Any], value: float, good: bool) -> None:
    outcome = slow_bodies(_recording(**changes))
    assert isinstance(outcome, Measured)
    assert outcome.value == value
    assert (value <= outcome.limit) is good


@pytest.mark.parametrize("given", [Recording(), _recording(before=9), _recording(open=0)])
def test_without_a_working_service_nothing_is_known(given: Recording) -> None:
    assert isinstance(slow_bodies(given), Unknown)


def test_without_an_operation_that_takes_a_body_it_is_not_applicable() -> None:
    assert isinstance(slow_bodies(_recording(asked=0, with_body=False)), NotApplicable)


def test_bodies_whose_path_is_not_known_are_unknown() -> None:
    outcome = slow_bodies(_recording(asked=0, with_body=True))
    assert isinstance(outcome, Unknown), "an operation that takes a body was only not tried"
    assert "a value in its path that is not known" in outcome.reason

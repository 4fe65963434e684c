"""Tests of the check repeated_execution, with a program that may place three orders."""

from typing import Any

import pytest

from checks.reliability.repeated_execution import repeated_execution
from readiness import Fact, Recording, Unknown


def recording(*repeated: int, **changed: Any) -> Recording:
    facts = {"most": 3, "repeated": [*repeated], "human": 201, "another": 201, "enabled": 200, "again": 201}
    return Recording(facts=facts | changed)


def test_green_when_stopped_at_the_number_and_set_going_again() -> None:
    outcome = repeated_execution(recording(201, 200, 409, 201, 409))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 5


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (recording(201, 201, 201, 201, 409), "4 orders of one program were taken"),
        (recording(201, 201, 409, 409), "stopped after 2 orders; it may place 3"),
        (recording(201, 201, 201, 409, again=409), "could not be set going"),
        (recording(201, 201, 201, 409, enabled=404), "could not be set going"),
    ],
)
def test_red_when_not_stopped_stopped_early_or_for_ever(seen: Recording, told: str) -> None:
    outcome = repeated_execution(seen)
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert told in outcome.reason


@pytest.mark.parametrize(
    "seen",
    [
        Recording(),
        recording(201, 201, 201),
        recording(409, 409, 409, 409),
        recording(201, 201, 201, 500),
        recording(201, 201, 0, 409),
        recording(201, 201, 201, 409, most=0),
    ],
)
def test_unknown_when_nothing_was_shown(seen: Recording) -> None:
    assert isinstance(repeated_execution(seen), Unknown)

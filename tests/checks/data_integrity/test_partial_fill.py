"""Tests of the check partial_fill."""

from typing import Any

import pytest

from checks.data_integrity.partial_fill import partial_fill
from readiness import Fact, Recording, Unknown


def recording(at_once: int, filled: int, held: int) -> Recording:
    facts: dict[str, Any] = {
        "put": "P",
        "placed": {"part": {"body": {"filled": at_once, "quantity": 25}}, "one": {"body": {"filled": 1}}},
        "after": {"part": {"body": {"filled": filled}}},
        "account": {"body": {"positions": [{"contract": "P", "quantity": held}, {"contract": "U", "quantity": 9}]}},
    }
    return Recording(facts=facts)


@pytest.mark.parametrize(
    ("filled", "held", "passed"),
    [(25, 26, True), (20, 21, True), (26, 27, False), (25, 27, False), (25, 25, False), (25, 36, False)],
)
def test_no_more_than_ordered_and_as_much_as_held(filled: int, held: int, passed: bool) -> None:
    outcome = partial_fill(recording(10, filled, held))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


@pytest.mark.parametrize(("at_once", "filled"), [(25, 25), (0, 25), (10, 10)])
def test_unknown_when_it_was_not_filled_in_parts(at_once: int, filled: int) -> None:
    assert isinstance(partial_fill(recording(at_once, filled, filled + 1)), Unknown)
    assert isinstance(partial_fill(Recording()), Unknown)


def test_unknown_says_what_the_scenario_missed() -> None:
    assert partial_fill(Recording(facts={"missed": "no spot"})) == Unknown("no spot")

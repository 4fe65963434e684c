"""Tests of the check position_limit."""

from typing import Any

import pytest

from checks.data_integrity.position_limit import position_limit
from readiness import Fact, Recording, Unknown


def phase(taken: int, refused: int, quantity: int | None) -> dict[str, Any]:
    return {"orders": [{"status": 201}] * taken + [{"status": 409}] * refused, "quantity": quantity}


def recording(alone: dict[str, Any], together: dict[str, Any]) -> Recording:
    return Recording(facts={"one by one": alone, "at once": together})


@pytest.mark.parametrize(("held", "passed"), [(-9, True), (-10, True), (-11, False)])
def test_the_limit_is_the_boundary(held: int, passed: bool) -> None:
    outcome = position_limit(recording(phase(10, 1, -10), phase(-held, 16 + held, held)))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed
    assert str(abs(held)) in outcome.reason


@pytest.mark.parametrize(
    ("alone", "together"),
    [
        (phase(16, 0, -16), phase(16, 0, -16)),  # no limit was met
        (phase(10, 1, -10), phase(0, 16, 0)),  # nothing competed
        (phase(10, 1, -10), phase(5, 5, -5)),  # too few orders to reach it
        (phase(0, 1, 0), phase(0, 16, 0)),  # refused from the first
        (phase(10, 1, None), phase(10, 6, -10)),
    ],
)
def test_unknown_when_no_limit_was_tried(alone: dict[str, Any], together: dict[str, Any]) -> None:
    assert isinstance(position_limit(recording(alone, together)), Unknown)
    assert isinstance(position_limit(Recording()), Unknown)

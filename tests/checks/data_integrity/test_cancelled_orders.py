"""Tests of the check cancelled_orders."""

from typing import Any

import pytest

from checks.data_integrity.cancelled_orders import cancelled_orders
from readiness import Fact, Recording, Unknown


def recording(before: int, after: int, twin: int, status: int = 200) -> Recording:
    facts: dict[str, Any] = {
        "cancel": {"status": status, "error": "", "body": {"filled": before}},
        "after": {"cancelled": {"body": {"filled": after}}, "rests": {"body": {"filled": twin}}},
    }
    return Recording(facts=facts)


@pytest.mark.parametrize(("before", "after", "passed"), [(0, 0, True), (3, 3, True), (0, 1, False), (3, 4, False)])
def test_what_was_filled_before_is_the_boundary(before: int, after: int, passed: bool) -> None:
    outcome = cancelled_orders(recording(before, after, 10))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


def test_unknown_when_the_limit_was_not_reached_or_not_cancelled() -> None:
    assert isinstance(cancelled_orders(recording(0, 0, 0)), Unknown)
    assert isinstance(cancelled_orders(recording(0, 0, 10, status=503)), Unknown)
    assert isinstance(cancelled_orders(Recording()), Unknown)


def test_unknown_says_what_the_scenario_missed() -> None:
    assert cancelled_orders(Recording(facts={"missed": "no spot"})) == Unknown("no spot")

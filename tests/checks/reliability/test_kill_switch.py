"""Tests of the check kill_switch."""

from typing import Any

import pytest

from checks.reliability.kill_switch import kill_switch
from readiness import Fact, Measured, Recording, Unknown


def order(at: float, status: int) -> dict[str, Any]:
    return {"at": at, "status": status, "error": ""}


def recording(
    *orders: dict[str, Any], left: str = "CANCELLED", answered: float = 1.2, status: int = 200, read: Any = None
) -> Recording:
    facts: dict[str, Any] = {
        "kill": {"status": status, "error": "", "thrown": 1.0, "answered": answered},
        "orders": list(orders),
        "resting": {"placed": {"body": {"status": "OPEN"}}, "read": read or {"body": {"status": left}}},
    }
    return Recording(facts=facts)


BEFORE, DURING, AFTER = order(0.5, 201), order(1.1, 201), order(1.3, 409)


def test_green_with_the_seconds_it_took() -> None:
    outcome = kill_switch(recording(BEFORE, DURING, AFTER))
    assert isinstance(outcome, Measured)
    assert outcome.value == pytest.approx(0.2)
    assert (outcome.objective, outcome.limit) == (1.0, 5.0)


@pytest.mark.parametrize(
    "seen",
    [
        recording(BEFORE, AFTER, order(1.21, 201)),
        recording(BEFORE, AFTER, left="OPEN"),
        recording(BEFORE, AFTER, left="PARTIALLY_FILLED"),
        recording(BEFORE, AFTER, status=500),
    ],
)
def test_red_when_something_goes_on(seen: Recording) -> None:
    outcome = kill_switch(seen)
    assert isinstance(outcome, Fact)
    assert not outcome.passed


@pytest.mark.parametrize("seen", [Recording(), recording(BEFORE), recording(DURING, AFTER)])
def test_unknown_without_orders_on_both_sides(seen: Recording) -> None:
    assert isinstance(kill_switch(seen), Unknown)


@pytest.mark.parametrize(
    "read",
    [
        {"status": 0, "error": "timeout", "body": None},
        {"status": 500, "error": "", "body": "oops"},
        {"status": 404, "error": "", "body": {"error": {"code": "not_found"}}},
        {"status": 503, "error": "", "body": {"type": "about:blank", "status": 503}},
        {"status": 200, "error": "", "body": {"status": None}},
    ],
)
def test_unknown_when_the_resting_order_could_not_be_read(read: dict[str, Any]) -> None:
    outcome = kill_switch(recording(BEFORE, AFTER, read=read))
    assert isinstance(outcome, Unknown), "a read that fails is no order that rests, and none that is gone"
    assert outcome.reason == "the resting order could not be read after the switch"
    late = kill_switch(recording(BEFORE, AFTER, order(1.21, 201), read=read))
    assert isinstance(late, Fact), "an order that was taken afterwards decides without it"
    assert not late.passed

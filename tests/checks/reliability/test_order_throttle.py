"""Tests of the check order_throttle, with a limit of four orders a second."""

from typing import Any

import pytest

from checks.reliability.order_throttle import order_throttle
from readiness import Fact, Recording, Unknown


def order(at: float, status: int = 201, took: float = 0.01) -> dict[str, Any]:
    return {"sent": at, "received": at + took, "status": status, "error": ""}


SLIDING = [order(0.0), *(order(0.7 + n / 100) for n in range(3)), *(order(0.8 + n / 100, 429) for n in range(20)),
           order(1.01)]  # fmt: skip


def recording(*rounds: list[dict[str, Any]], limit: Any = 4) -> Recording:
    return Recording(facts={"limit": limit, "offered": list(rounds)})


def test_green_when_every_second_keeps_the_limit() -> None:
    outcome = order_throttle(recording(SLIDING, [{**one, "sent": one["sent"] + 5, "received": one["received"] + 5}
                                                 for one in SLIDING]))  # fmt: skip
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason
    assert outcome.rounds == 2


def test_red_when_twice_as_many_pass_around_the_turn_of_a_second() -> None:
    outcome = order_throttle(recording([*SLIDING, *(order(1.02 + n / 100) for n in range(3))]))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "7 orders were taken within one second" in outcome.reason


def test_an_order_that_was_answered_late_proves_nothing() -> None:
    outcome = order_throttle(recording([*SLIDING, order(1.02, took=0.7)]))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        ([*SLIDING, order(1.3, 500)], "answered 500; right would be 429"),
        ([order(0.0), *(order(0.7 + n / 100, 429) for n in range(20))], "of 4 orders that are allowed in a second, 1"),
    ],
)
def test_red_when_refused_badly_or_too_early(orders: list[dict[str, Any]], told: str) -> None:
    outcome = order_throttle(recording(orders))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert told in outcome.reason


@pytest.mark.parametrize(
    "seen",
    [
        Recording(),
        recording(SLIDING, limit=None),
        recording(),
        recording([order(0.0, 409)]),
        recording([order(0.0), order(0.7)]),  # too little pressure
    ],
)
def test_unknown_without_pressure(seen: Recording) -> None:
    assert isinstance(order_throttle(seen), Unknown)

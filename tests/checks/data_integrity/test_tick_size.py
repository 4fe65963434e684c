"""Tests of the check tick_size."""

from typing import Any

import pytest

from checks.data_integrity.tick_size import tick_size
from readiness import Fact, NotApplicable, Recording, Unknown


def order(on: bool, limit: str, status: int, read: str | None = None, quantity: float = 1) -> dict[str, Any]:
    body = None if read is None else {"limit": read, "quantity": quantity}
    return {"on": on, "limit": limit, "quantity": quantity, "status": status, "error": "", "read": body}


ON = order(True, "0.29", 201, "0.29")
OFF = order(False, "0.295", 422)


def recording(*orders: dict[str, Any]) -> Recording:
    return Recording(facts={"bounds": {}, "ticks": list(orders)})


def test_green_when_on_is_kept_and_off_is_refused() -> None:
    outcome = tick_size(recording(ON, order(True, "4.35", 200, "4.350"), OFF, order(False, "0.29", 422, None, 1.5)))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 2


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (order(False, "0.295", 201, "0.30"), "was taken, as one at 0.30"),
        (order(False, "0.29", 201, "0.29", 1.5), "1.5 at 0.29 is off tick or lot"),
        (order(True, "0.57", 422), "is on tick and lot and was refused"),
        (order(True, "0.57", 201, "0.56999999"), "read back as 1 at 0.56999999"),
        (order(True, "0.57", 201, "none"), "read back as 1 at none"),
    ],
)
def test_red_when_rounded_refused_or_changed(bad: dict[str, Any], told: str) -> None:
    outcome = tick_size(recording(ON, OFF, bad))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert told in outcome.reason


@pytest.mark.parametrize(
    "seen",
    [
        Recording(),
        recording(ON),
        recording(OFF),
        recording(order(True, "0.29", 409), OFF),
        recording(ON, order(False, "0.295", 500)),
    ],
)
def test_unknown_when_a_refusal_says_nothing(seen: Recording) -> None:
    assert isinstance(tick_size(seen), Unknown)


def test_not_applicable_without_a_tick() -> None:
    assert isinstance(tick_size(Recording(facts={"bounds": {}})), NotApplicable)


def test_unknown_when_the_bounds_could_not_be_tried() -> None:
    missed = {"bounds": {"tick": "0.01"}, "missed": "no spot"}
    assert tick_size(Recording(facts=missed)) == Unknown("no spot")
    assert isinstance(tick_size(Recording(facts={"bounds": {}, "missed": "no spot"})), NotApplicable)

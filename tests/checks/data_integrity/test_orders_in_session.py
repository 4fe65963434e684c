"""Tests of the check orders_in_session."""

from typing import Any

import pytest

from checks.data_integrity.orders_in_session import orders_in_session
from readiness import Fact, Recording, Unknown


def moment(is_open: bool, status: int, clock: int = 200) -> dict[str, Any]:
    order = {"status": status, "error": "" if status else "timeout"}
    return {"now": "2025-11-28T18:01:00+00:00", "open": is_open, "clock": {"status": clock}, "order": order}


@pytest.mark.parametrize(
    ("moments", "passed"),
    [
        ([moment(True, 201), moment(False, 409)], True),
        ([moment(True, 201), moment(False, 503)], True),
        ([moment(True, 201), moment(False, 201)], False),
        ([moment(True, 201), moment(True, 409)], False),
    ],
)
def test_taken_when_open_and_refused_when_closed(moments: list[dict[str, Any]], passed: bool) -> None:
    outcome = orders_in_session(Recording(facts={"moments": moments}))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


@pytest.mark.parametrize(
    "moments",
    [
        [],
        [moment(True, 409), moment(False, 409)],  # nothing is ever taken
        [moment(True, 201, clock=409)],
        [moment(True, 201), moment(False, 0)],
        [moment(True, 201), moment(False, 500)],
    ],
)
def test_unknown_when_a_refusal_says_nothing(moments: list[dict[str, Any]]) -> None:
    assert isinstance(orders_in_session(Recording(facts={"moments": moments})), Unknown)

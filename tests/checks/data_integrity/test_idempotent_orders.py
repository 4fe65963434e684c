"""Tests of the check idempotent_orders."""

from typing import Any

import pytest

from checks.data_integrity.idempotent_orders import idempotent_orders
from readiness import Fact, Recording, Unknown


def answer(order: str, status: int = 201, error: str = "") -> dict[str, Any]:
    return {"status": status, "error": error, "body": {"id": order} if order else {"error": {}}}


def recording(first: list[dict[str, Any]], second: list[dict[str, Any]], booked: list[str]) -> Recording:
    postings = [{"order": None}, *({"order": order} for order in booked)]
    return Recording(facts={"orders": {"answers": [first, second]}, "ledger": {"body": {"postings": postings}}})


def test_green_when_each_key_made_one_order() -> None:
    outcome = idempotent_orders(recording([answer("a")] * 7, [answer("b", 200)] * 5, ["a", "a", "b", "b"]))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 12


def test_red_when_one_key_made_two_orders() -> None:
    outcome = idempotent_orders(recording([answer("a"), answer("c")], [answer("b")], ["a", "b", "c"]))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "sent 2 times, had 2 effects" in outcome.reason


def test_red_when_the_ledger_knows_another_order() -> None:
    outcome = idempotent_orders(recording([answer("a")] * 2, [answer("b")] * 2, ["a", "b", "hidden"]))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "hidden" in outcome.reason


def test_red_when_a_repetition_is_refused() -> None:
    outcome = idempotent_orders(recording([answer("a"), answer("", 409)], [answer("b")], ["a", "b"]))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "409" in outcome.reason


def test_unknown_when_no_order_was_accepted() -> None:
    assert isinstance(idempotent_orders(Recording()), Unknown)
    outcome = idempotent_orders(recording([answer("", 409)], [answer("b")], ["b"]))
    assert isinstance(outcome, Unknown)
    assert "409" in outcome.reason


def test_green_when_those_sent_together_are_told_that_the_first_is_under_way() -> None:
    together = [answer("", 409), answer("b"), answer("", 409)]
    outcome = idempotent_orders(recording([answer("a")] * 3, together, ["a", "b"]))
    assert isinstance(outcome, Fact)
    assert outcome.passed, "409 while the first request is worked on is what the draft of the header asks for"


def test_red_when_one_that_was_told_to_wait_is_executed_too() -> None:
    together = [answer("", 409), answer("b"), answer("c")]
    outcome = idempotent_orders(recording([answer("a")] * 3, together, ["a", "b", "c"]))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


@pytest.mark.parametrize("status", [400, 422, 500, 503])
def test_red_when_those_sent_together_are_refused_otherwise(status: int) -> None:
    outcome = idempotent_orders(recording([answer("a")] * 3, [answer("b"), answer("", status)], ["a", "b"]))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert str(status) in outcome.reason


@pytest.mark.parametrize(
    "silent",
    [answer("", 0, "timeout"), answer("", 0, "first byte timeout"), answer("", 429), answer("", 408), answer("", 504)],
)
@pytest.mark.parametrize("which", [0, 1])
def test_unknown_when_a_repetition_was_not_looked_at(silent: dict[str, Any], which: int) -> None:
    answers = [[answer("a")] * 3, [answer("b")] * 3]
    answers[which] = [*answers[which], silent]
    outcome = idempotent_orders(recording(answers[0], answers[1], ["a", "b"]))
    assert isinstance(outcome, Unknown)
    assert "got no order back" in outcome.reason
    twice = idempotent_orders(recording(answers[0], answers[1], ["a", "b", "c"]))
    assert isinstance(twice, Fact), "a second order in the ledger decides all the same"
    assert not twice.passed
    refused = idempotent_orders(recording([*answers[0], answer("", 500)], answers[1], ["a", "b"]))
    assert isinstance(refused, Fact), "and so does a refusal beside it"
    assert "500" in refused.reason

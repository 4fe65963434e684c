"""Tests of the check idempotent_orders."""

from typing import Any

from checks.data_integrity.idempotent_orders import idempotent_orders
from readiness import Fact, Recording, Unknown


def answer(order: str, status: int = 201) -> dict[str, Any]:
    return {"status": status, "error": "", "body": {"id": order} if order else {"error": {}}}


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

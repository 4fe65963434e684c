"""Tests of the check replay_determinism."""

from typing import Any

import pytest

from checks.data_integrity.replay_determinism import replay_determinism
from readiness import Fact, Recording, Unknown


def answer(operation: str, status: int = 200, error: str = "", **body: Any) -> dict[str, Any]:
    return {"operation": operation, "status": status, "error": error, "body": body}


def day(price: str = "30.00", name: str = "a", **changed: Any) -> list[dict[str, Any]]:
    answers = {
        "replay.hold_clock": answer("replay.hold_clock", now="2025-06-11T13:31:00Z"),
        "oms.order": answer("oms.order", 201, id=name, account=name, price=price),
        "oms.ledger": answer("oms.ledger", postings=[{"id": name, "order": name, "amount": f"-{price}"}]),
    }
    return [*(answers | changed).values()]


def recording(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> Recording:
    return Recording(facts={"day": first, "replay": second})


def test_green_when_only_names_differ() -> None:
    outcome = replay_determinism(recording(day(), day(name="b")))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 3


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (day("30.01"), "2 of 3 answers differ; the first, of oms.order"),
        (day(**{"oms.order": answer("oms.order", 409)}), "1 of 3 answers differ"),
        (day(**{"oms.order": answer("oms.order", 201, price="30.00", at="later")}), "at"),
        (day(**{"oms.ledger": answer("oms.ledger", postings=[])}), "of oms.ledger"),
    ],
)
def test_red_when_an_answer_differs(second: list[dict[str, Any]], told: str) -> None:
    outcome = replay_determinism(recording(day(), second))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert told in outcome.reason


def test_the_order_of_fields_counts() -> None:
    turned = answer("oms.ledger", a=1, b=2), answer("oms.ledger", b=2, a=1)
    outcome = replay_determinism(recording([*day(), turned[0]], [*day(), turned[1]]))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


@pytest.mark.parametrize(
    "seen",
    [
        Recording(),
        Recording(facts={"day": day(), "problem": "no second instance"}),
        recording(day(), day()[:-1]),
        recording(day(**{"replay.hold_clock": answer("replay.hold_clock", 409)}), day()),
        recording(day(), day(**{"oms.ledger": answer("oms.ledger", 0, "timeout")})),
        recording(day(), [*day()[:-1], answer("feed.ingest", 503)]),
        recording(*[day(**{"oms.order": answer("oms.order", 409)})] * 2),
    ],
)
def test_unknown_without_two_whole_days(seen: Recording) -> None:
    assert isinstance(replay_determinism(seen), Unknown)

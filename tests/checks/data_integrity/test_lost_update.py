"""The sum of acknowledged additions is there, and the missing ones are named."""

from typing import Any

import pytest

from checks.data_integrity.lost_update import lost_update
from readiness import Fact, Recording, Unknown


def _round(after: str | None, *, unanswered: bool = False, acknowledged: bool = True) -> dict[str, Any]:
    good = {"status": 200, "error": "", "acknowledged": acknowledged}
    lost = {"status": 0, "error": "timeout", "acknowledged": False}
    writes = [
        {"amount": "0.01", **good},
        {"amount": "0.02", **good},
        {"amount": "0.04", **(lost if unanswered else good)},
    ]
    return {"before": "100.00", "after": after, "writes": writes}


def _judge(*rounds: dict[str, Any]) -> Fact:
    outcome = lost_update(Recording(facts={"rounds": list(rounds)}))
    assert isinstance(outcome, Fact)
    return outcome


@pytest.mark.parametrize(("after", "unanswered"), [("100.07", False), ("100.03", True), ("100.07", True)])
def test_the_whole_sum_passes_and_an_unanswered_one_may_count_or_not(after: str, unanswered: bool) -> None:
    outcome = _judge(_round("100.07"), _round(after, unanswered=unanswered))
    assert outcome.passed, outcome.reason
    assert outcome.rounds == 2


def test_a_lost_addition_fails_and_is_named() -> None:
    outcome = _judge(_round("100.07"), _round("100.05"))
    assert not outcome.passed
    assert "1 of 2 rounds" in outcome.reason
    assert "1 lost: 0.02" in outcome.reason


def test_an_addition_counted_twice_fails() -> None:
    outcome = _judge(_round("100.08"))
    assert not outcome.passed
    assert "counted twice" in outcome.reason


@pytest.mark.parametrize(
    "rounds", [[], [{"problem": "no account"}], [_round(None)], [_round("100.00", acknowledged=False)]]
)
def test_without_competing_additions_nothing_is_known(rounds: list[dict[str, Any]]) -> None:
    assert isinstance(lost_update(Recording(facts={"rounds": rounds})), Unknown)

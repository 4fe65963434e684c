"""Refusing is right, the right amount is no finding, a wrong one is, and so is not coming back."""

from typing import Any

import pytest

from checks.data_integrity.damaged_data_noticed import damaged_data_noticed
from readiness import Fact, Recording, Unknown

REFUSED = {"started": False, "said": "checksum"}


def recording(*rounds: dict[str, Any], back: str | None = "10.00", **facts: Any) -> Recording:
    told = [{"kind": kind, "file": "a.db", **one} for kind, one in zip(("flip", "truncate"), rounds, strict=False)]
    return Recording(facts={"damage": {"amount": "10.00", "rounds": told}, "put back": back, **facts})


def served(amount: str | None, status: int = 200) -> dict[str, Any]:
    return {"started": True, "status": status, "error": "", "amount": amount}


@pytest.mark.parametrize(
    "second", [REFUSED, served("10.00"), served(None, 500), {**served(None), "error": "timeout", "status": 0}]
)
def test_noticing_passes(second: dict[str, Any]) -> None:
    outcome = damaged_data_noticed(recording(REFUSED, second))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (recording(REFUSED, served("9.00")), "cut in half it starts and serves 9.00 where 10.00 was written"),
        (recording(served(None)), "with flipped bits it starts and serves status 200 without the amount"),
        (recording(served(None, 404)), "serves status 404 without the amount where 10.00 was written"),
        (recording(REFUSED, back="0.00"), "on the undamaged file it serves 0.00"),
    ],
)
def test_serving_what_nobody_wrote_fails(found: Recording, reason: str) -> None:
    outcome = damaged_data_noticed(found)
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize(
    "found", [Recording(), Recording(facts={"problem": "no file"}), recording(REFUSED, problem="no start")]
)
def test_what_was_not_seen_is_not_known(found: Recording) -> None:
    assert isinstance(damaged_data_noticed(found), Unknown)

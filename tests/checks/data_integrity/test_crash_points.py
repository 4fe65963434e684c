"""Old or new state at every crash point, and all that was acknowledged; nothing else will do."""

from typing import Any

import pytest

from checks.data_integrity.crash_points import crash_points
from readiness import Fact, Recording, Unknown


def point(number: int = 1, **told: Any) -> dict[str, Any]:
    usual = {"at": ["fsync"], "before": "100.00", "after": "103.00", "acknowledged": "3.00", "unknown": "2.00"}
    return {"number": number, "problem": "", **usual, **told}


@pytest.mark.parametrize("after", ["103.00", "105.00"])
def test_whole_states_pass(after: str) -> None:
    outcome = crash_points(Recording(facts={"rounds": [point(), point(2, after=after, at=["write"])]}))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert "2 points (fsync, write)" in outcome.reason


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"after": "102.99"}, "call 2 (fsync) it lost 0.01 of 3.00 acknowledged"),
        ({"after": "105.01"}, "0.01 that was never sent"),
        ({"after": None}, "its amount cannot be read"),
        ({"problem": "ended with\nexit status 1", "after": None}, "it did not come back: ended with exit status 1"),
    ],
)
def test_harm_fails(told: dict[str, Any], reason: str) -> None:
    outcome = crash_points(Recording(facts={"rounds": [point(), point(2, **told)]}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize(
    "facts", [{}, {"problem": "no strace"}, {"crash problem": "no file"}, {"rounds": [point()], "problem": "refused"}]
)
def test_what_was_not_reached_is_not_known(facts: dict[str, Any]) -> None:
    assert isinstance(crash_points(Recording(facts=facts)), Unknown)

"""Tries per call, without what the target tries by itself; the worst dependency counts."""

from typing import Any

import pytest

from checks.reliability.retry_amplification import retry_amplification
from readiness import Measured, Recording, Unknown
from readiness.scoring import judge


def refused(tried: int, *, own_rate: float = 0.0, name: str = "vendor", acted: bool = True) -> dict[str, Any]:
    witness = {"refused": tried} if acted else {}
    one = {"witness": witness, "counted": 5, "tried": tried, "own_rate": own_rate, "seconds": 2.0}
    return {"dependency": name, "operation": "quote", "refused": one}


def judged(*told: dict[str, Any]) -> tuple[str, Measured]:
    outcome = retry_amplification(Recording(facts={"dependencies": list(told)}))
    assert isinstance(outcome, Measured)
    return judge(outcome).status, outcome


@pytest.mark.parametrize(
    ("tried", "status", "value"),
    [(5, "PASS", 1.0), (10, "PASS", 2.0), (20, "WARN", 4.0), (21, "FAIL", 4.2), (0, "PASS", 0.0)],
)
def test_tries_are_held_against_the_limit(tried: int, status: str, value: float) -> None:
    found, outcome = judged(refused(tried))
    assert found == status
    assert outcome.value == pytest.approx(value)


def test_what_it_tries_by_itself_is_taken_off() -> None:
    assert judged(refused(25, own_rate=10.0))[1].value == pytest.approx(1.0)
    assert judged(refused(5, own_rate=10.0))[1].value == 0.0


def test_the_worst_dependency_counts() -> None:
    status, outcome = judged(
        refused(5), refused(50, name="bank"), {"dependency": "lazy", "problem": "nobody reaches lazy"}
    )
    assert status == "FAIL"
    assert "tried 10.0 times to reach bank" in outcome.reason


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "no call met a dependency that refuses"),
        ({"dependencies": [refused(0, acted=False)]}, "no call met a dependency that refuses"),
        ({"dependencies": [{"problem": "nobody reaches vendor"}]}, "nobody reaches vendor"),
    ],
)
def test_what_met_nobody_is_not_known(facts: dict[str, Any], reason: str) -> None:
    outcome = retry_amplification(Recording(facts=facts))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == reason

"""Tests of the check kill_switch_survives."""

import pytest

from checks.reliability.kill_switch_survives import kill_switch_survives
from readiness import Fact, Recording, Unknown


def recording(restarted: int, opened: int = 201, problem: str = "", kill: int = 200) -> Recording:
    facts = {
        "kill": {"status": kill},
        "restart": {"problem": problem, "order": {"status": restarted, "error": "" if restarted else "timeout"}},
        "order after opening": {"status": opened, "error": ""},
    }
    return Recording(facts=facts)


@pytest.mark.parametrize(("restarted", "passed"), [(409, True), (403, True), (503, True), (201, False), (200, False)])
def test_a_refusal_after_the_restart(restarted: int, passed: bool) -> None:
    outcome = kill_switch_survives(recording(restarted))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed


@pytest.mark.parametrize(
    "seen",
    [
        Recording(),
        recording(409, opened=409),  # refused for another reason
        recording(0),
        recording(500),
        recording(409, problem="does not start"),
        recording(409, kill=500),
    ],
)
def test_unknown_when_a_refusal_says_nothing(seen: Recording) -> None:
    assert isinstance(kill_switch_survives(seen), Unknown)

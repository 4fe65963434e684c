"""Tests of the check liveness_independent."""

from typing import Any

from checks.reliability.liveness_independent import liveness_independent
from readiness import Fact, Recording, Unknown


def poll(fault: str, status: int, error: str = "") -> dict[str, Any]:
    return {"fault": fault, "dependency": "vendor", "probe": "live", "status": status, "error": error, "since": 1.0}


def test_green_when_always_alive() -> None:
    polls = [poll("none", 200), poll("black_hole", 200), poll("refuse", 200)]
    outcome = liveness_independent(Recording(facts={"polls": polls}))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 2


def test_red_when_one_answer_denies_or_hangs() -> None:
    for bad, said in ((poll("refuse", 503), "503"), (poll("black_hole", 0, "timeout"), "timeout")):
        outcome = liveness_independent(Recording(facts={"polls": [poll("none", 200), poll("black_hole", 200), bad]}))
        assert isinstance(outcome, Fact)
        assert not outcome.passed
        assert said in outcome.reason
        assert "1 of 2" in outcome.reason


def test_unknown_without_polls_or_when_never_alive() -> None:
    assert isinstance(liveness_independent(Recording()), Unknown)
    assert isinstance(liveness_independent(Recording(facts={"polls": [poll("none", 200)]})), Unknown)
    polls = [poll("none", 404), poll("refuse", 404)]
    assert isinstance(liveness_independent(Recording(facts={"polls": polls})), Unknown)

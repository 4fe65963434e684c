"""Tests of the check dependency_deadline."""

import pytest

from checks.reliability.dependency_deadline import dependency_deadline
from readiness import Fact, Measured, Recording, Unknown


def recording(*calls: tuple[float, int, str], fault: str = "black_hole") -> Recording:
    polls = [
        {
            "fault": fault,
            "dependency": "vendor",
            "probe": "operation",
            "since": 0.1,
            "seconds": s,
            "status": c,
            "error": e,
        }
        for s, c, e in calls
    ]
    return Recording(facts={"polls": polls, "operation": {"name": "ingest", "timeout": 8.0}})


@pytest.mark.parametrize("seconds", [1.0, 5.0, 6.0])
def test_the_longest_answer_is_measured(seconds: float) -> None:
    outcome = dependency_deadline(recording((0.1, 200, ""), (seconds, 503, "")))
    assert isinstance(outcome, Measured)
    assert outcome.value == seconds
    assert (outcome.objective, outcome.limit) == (2.0, 5.0)


@pytest.mark.parametrize(("error", "said"), [("timeout", "no answer within 8.0 s"), ("reset", "broke off (reset)")])
def test_red_when_no_answer_came(error: str, said: str) -> None:
    outcome = dependency_deadline(recording((1.0, 503, ""), (8.0, 0, error)))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert said in outcome.reason


def test_red_when_only_the_end_of_the_fault_freed_the_call() -> None:
    given = recording((5.4, 503, ""))
    recovery = {"fault": "black_hole", "dependency": "vendor", "held": 5.45}
    outcome = dependency_deadline(Recording(facts={**given.facts, "recoveries": [recovery]}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "no bound of its own" in outcome.reason


def test_unknown_without_calls() -> None:
    assert isinstance(dependency_deadline(Recording()), Unknown)
    assert isinstance(dependency_deadline(recording((0.1, 200, ""), fault="refuse")), Unknown)

"""Tests of the check readiness_truthful."""

from typing import Any

import pytest

from checks.reliability.readiness_truthful import readiness_truthful
from readiness import Fact, Recording, Unknown


def poll(fault: str, status: int, since: float) -> dict[str, Any]:
    name = "" if fault == "none" else "vendor"
    where = {"fault": fault, "dependency": name, "probe": "ready"}
    return {**where, "status": status, "error": "", "since": since, "seconds": 0.0}


def recording(*during: tuple[float, int], before: int = 200, again: float | None = 1.0) -> Recording:
    polls = [poll("none", before, 0.0), *(poll("black_hole", status, since) for since, status in during)]
    recovery = {"fault": "black_hole", "dependency": "vendor", "ready_after": again}
    return Recording(facts={"polls": polls, "recoveries": [recovery]})


@pytest.mark.parametrize("since", [0.5, 5.0])
def test_green_when_it_turns_and_comes_back(since: float) -> None:
    outcome = readiness_truthful(recording((0.1, 200), (since, 503)))
    assert isinstance(outcome, Fact)
    assert outcome.passed


def test_red_when_it_stays_ready_turns_late_or_never_comes_back() -> None:
    for given, said in (
        (recording((0.1, 200), (5.2, 200)), "said ready in 5.2 s"),
        (recording((0.1, 200), (5.1, 503)), "took 5.1 s"),
        (recording((0.1, 200), (1.0, 503), again=None), "did not become ready again"),
    ):
        outcome = readiness_truthful(given)
        assert isinstance(outcome, Fact)
        assert not outcome.passed
        assert said in outcome.reason


def test_unknown_without_polls_or_watched_too_short() -> None:
    assert isinstance(readiness_truthful(Recording()), Unknown)
    assert isinstance(readiness_truthful(recording((0.1, 200), (2.0, 200))), Unknown)
    assert isinstance(readiness_truthful(recording((1.0, 503), before=503)), Unknown)

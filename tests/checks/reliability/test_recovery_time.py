"""Tests of the check recovery_time."""

from typing import Any

import pytest

from checks.reliability.recovery_time import recovery_time
from readiness import Fact, Measured, Recording, Unknown


def recording(*seconds: float | None, before: int = 200) -> Recording:
    recoveries: list[dict[str, Any]] = [
        {
            "fault": "refuse",
            "dependency": "vendor",
            "seconds": s,
            "ready_after": s,
            "last": "readiness 503",
            "waited": 16.0,
        }
        for s in seconds
    ]
    polls = [{"fault": "none", "probe": "ready", "status": before, "error": ""}]
    return Recording(facts={"recoveries": recoveries, "polls": polls})


@pytest.mark.parametrize("seconds", [0.9, 15.0, 15.5])
def test_the_slowest_recovery_is_measured(seconds: float) -> None:
    outcome = recovery_time(recording(0.5, seconds))
    assert isinstance(outcome, Measured)
    assert outcome.value == seconds
    assert (outcome.objective, outcome.limit) == (3.0, 15.0)


def test_red_when_it_never_recovers() -> None:
    outcome = recovery_time(recording(0.5, None))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "readiness 503" in outcome.reason


def test_unknown_without_recoveries_or_when_it_never_worked() -> None:
    assert isinstance(recovery_time(Recording()), Unknown)
    assert isinstance(recovery_time(recording(1.0, before=503)), Unknown)

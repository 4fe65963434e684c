"""Tests of the check workflow_time."""

from typing import Any

import pytest

from checks.performance.workflow_time import workflow_time
from readiness import Fact, Measured, Recording, Unknown


def recording(seconds: float, *statuses: int) -> Recording:
    steps: list[dict[str, Any]] = [
        {"step": f"step {n}", "status": status, "error": "", "seconds": 0.1 * n} for n, status in enumerate(statuses)
    ]
    return Recording(facts={"workflow": {"seconds": seconds, "steps": steps}})


@pytest.mark.parametrize("seconds", [0.5, 30.0, 31.0])
def test_the_sum_is_measured(seconds: float) -> None:
    outcome = workflow_time(recording(seconds, 201, 200, 200))
    assert isinstance(outcome, Measured)
    assert outcome.value == seconds
    assert (outcome.objective, outcome.limit, outcome.better) == (10.0, 30.0, "lower")
    assert "'step 2'" in outcome.reason


def test_red_when_a_step_failed() -> None:
    outcome = workflow_time(recording(0.5, 201, 500))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "'step 1' answered 500" in outcome.reason


def test_unknown_without_steps() -> None:
    assert isinstance(workflow_time(Recording()), Unknown)
    assert isinstance(workflow_time(recording(0.0)), Unknown)

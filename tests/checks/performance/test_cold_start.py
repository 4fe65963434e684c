"""The seconds are measured."""

from typing import Any

import pytest

from checks.performance.cold_start import cold_start
from readiness import Measured, Recording, Unknown


def _recording(**changes: Any) -> Recording:
    told = {
        "signal": "SIGTERM", "status": 0, "stop_seconds": 0.5, "left": [], "said": 10, "problem": "", "start_seconds": 1.0, **changes,
    }  # fmt: skip
    return Recording(facts={"rounds": [told]})


@pytest.mark.parametrize(("seconds", "good"), [(0.5, True), (30.0, True), (30.1, False)])
def test_the_seconds_decide(seconds: float, good: bool) -> None:
    outcome = cold_start(_recording(start_seconds=seconds))
    assert isinstance(outcome, Measured)
    assert outcome.value == seconds
    assert (seconds <= outcome.limit) is good


@pytest.mark.parametrize("given", [Recording(), _recording(problem="no")])
def test_without_a_try_nothing_is_known(given: Recording) -> None:
    assert isinstance(cold_start(given), Unknown)

"""Ready by itself, or ended with a status that says so: both are good. Neither is a finding."""

from typing import Any

import pytest

from checks.reliability.starts_without_dependency import starts_without_dependency
from readiness import Fact, Measured, Recording, Unknown
from readiness.scoring import judge


def recording(*, ready: bool = False, missed: bool = True, **again: Any) -> Recording:
    without = {"missed_after": 0.5, "ready": ready, "alive": True, "away": 1.0}
    told = {"ready_after": 0.5, "alive": True, "exit_status": None, "waited": 30.0, "problem": "", **again}
    witnesses = [{"refused": 3}] if missed else [{}]
    return Recording(facts={"without": without, "again": told, "witnesses": witnesses})


@pytest.mark.parametrize(("seconds", "status"), [(0.5, "PASS"), (5.0, "PASS"), (30.0, "WARN"), (30.1, "FAIL")])
def test_the_time_to_readiness_is_measured(seconds: float, status: str) -> None:
    outcome = starts_without_dependency(recording(ready_after=seconds))
    assert isinstance(outcome, Measured)
    assert (outcome.value, judge(outcome).status) == (seconds, status)


def test_ready_without_them_passes() -> None:
    outcome = starts_without_dependency(recording(ready=True, ready_after=0.0))
    assert isinstance(outcome, Measured)
    assert judge(outcome).status == "PASS"
    assert "ready without its dependencies" in outcome.reason


@pytest.mark.parametrize(("status", "passed"), [(1, True), (-6, True), (0, False), (None, False)])
def test_ending_is_good_where_it_says_so(status: int | None, *, passed: bool) -> None:
    outcome = starts_without_dependency(recording(alive=False, ready_after=None, exit_status=status))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed
    assert f"exit status {status}" in outcome.reason


def test_half_dead_fails() -> None:
    outcome = starts_without_dependency(recording(ready_after=None))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "neither was ready nor had ended" in outcome.reason


@pytest.mark.parametrize("found", [Recording(), recording(missed=False)])
def test_what_missed_nothing_is_not_known(found: Recording) -> None:
    assert isinstance(starts_without_dependency(found), Unknown)

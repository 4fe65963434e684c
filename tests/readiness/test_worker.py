"""How one check judges: what is missing is unknown, what a check raises is its own, a fault needs its witness."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.measure.recorder import Recorder
from readiness.measure.recording import Recording, read_recording
from readiness.model import Broken, Fact, FaultWindow, Measured, NotApplicable, Outcome, Unknown
from readiness.plugins import Check, check
from readiness.worker import judge_one

PROVEN = FaultWindow("cut", 1.0, 2.0, {"bytes": 12})
UNPROVEN = FaultWindow("stall", 2.0, 3.0, {})


def judging(function: Callable[..., Any]) -> Check[...]:
    return check(category="reliability", severity="major", needs="some")(function)


@judging
def calm(recording: Recording, *, limit: float = 1.0) -> Outcome:
    return Measured(recording.facts["delay"], unit="s", objective=0.1, limit=limit)


def test_an_outcome_is_passed_on_and_options_reach_the_check() -> None:
    outcome = judge_one(calm, Recording("some", facts={"delay": 0.5}), {"limit": 3.0})
    assert outcome == Measured(0.5, unit="s", objective=0.1, limit=3.0)


def test_a_missing_fact_is_unknown_and_named() -> None:
    assert judge_one(calm, Recording("some"), {}) == Unknown("the scenario 'some' recorded no 'delay'")


@pytest.mark.parametrize(
    "error", [ValueError("so"), ZeroDivisionError("so"), AssertionError("so"), RecursionError("so")]
)
def test_an_exception_is_broken_and_named(error: Exception) -> None:
    @judging
    def raising(recording: Recording) -> Outcome:
        raise error

    assert judge_one(raising, Recording("some"), {}) == Broken(f"the check raised {type(error).__name__}: so")


@pytest.mark.parametrize("returned", [None, True, 0.3, "fine"])
def test_anything_but_an_outcome_is_broken(returned: object) -> None:
    @judging
    def careless(recording: Recording) -> Any:
        return returned

    outcome = judge_one(careless, Recording("some"), {})
    assert outcome == Broken(f"the check returned a {type(returned).__name__}, not an outcome")


@pytest.mark.parametrize("windows", [(UNPROVEN,), (PROVEN, UNPROVEN), (UNPROVEN, PROVEN)])
def test_a_window_without_a_witness_proves_nothing(windows: tuple[FaultWindow, ...]) -> None:
    @judging
    def eager(recording: Recording) -> Outcome:
        return Fact(True, "all is well")

    outcome = judge_one(eager, Recording("some", windows=windows), {})
    assert isinstance(outcome, Unknown)
    assert "'stall' left no witness" in outcome.reason
    assert judge_one(eager, Recording("some", windows=(PROVEN,)), {}) == Fact(True, "all is well")


def test_a_fault_that_did_not_act_is_unknown_from_recorder_to_outcome(tmp_path: Path) -> None:
    import asyncio

    class Idle:
        name = "idle"

        async def arm(self) -> None: ...
        async def disarm(self) -> None: ...
        def witness(self) -> dict[str, Any]:
            return {}

    recorder = Recorder(tmp_path, "some")

    async def drive() -> None:
        async with recorder.fault(Idle()):
            recorder.fact("delay", 0.0)

    with recorder.ending():
        asyncio.run(drive())
    assert isinstance(judge_one(calm, read_recording(tmp_path, "some"), {}), Unknown)


def test_not_applicable_stays_so() -> None:
    @judging
    def absent(recording: Recording) -> Outcome:
        return NotApplicable("there is none")

    assert judge_one(absent, Recording("some"), {}) == NotApplicable("there is none")

"""How one check judges: what is missing is unknown, what a check raises is its own, a fault needs its witness."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness.measure.recorder import Recorder
from readiness.measure.recording import Recording, read_recording
from readiness.model import Broken, Fact, FaultWindow, Measured, NotApplicable, Outcome, Share, Unknown
from readiness.plugins import Check, check
from readiness.worker import OUTCOME, judge_one

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


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (Fact, (None, "x"), "Fact: passed: "), (Fact, (False, 5), "Fact: reason: "), (Fact, (True, "x", (3,)), "Fact: evidence.0"),
        (Measured, (None, "s", 0.1, 1.0), "Measured: value"), (Measured, (0.5, "s", "low", 1.0), "Measured: objective: "),
        (Share, ("most", 10, 0.9), "Share: good: "), (Unknown, (object(),), "Unknown: "),
    ],
)  # fmt: skip
def test_an_outcome_that_cannot_be_read_is_broken_and_says_where(kind: Any, values: tuple[Any, ...], said: str) -> None:
    @judging
    def ill_typed(recording: Recording) -> Any:
        return kind(*values)

    outcome = judge_one(ill_typed, Recording("some"), {})
    assert isinstance(outcome, Broken)
    assert outcome.reason.startswith(f"the check returned an unusable {said}")
    sent = json.loads(json.dumps(OUTCOME.dump_python(outcome, mode="json")))
    assert OUTCOME.validate_python(sent) == outcome


@pytest.mark.parametrize("returns", [True, False])
def test_half_a_character_of_a_target_is_replaced(returns: bool) -> None:
    """JSON may hold one, and no report can be written with it."""

    @judging
    def repeating(recording: Recording) -> Outcome:
        if not returns:
            raise ValueError(recording.facts["said"])
        return Fact(False, recording.facts["said"])

    outcome = judge_one(repeating, Recording("some", facts={"said": "so \ud83d"}), {})
    assert outcome == (Fact(False, "so ?") if returns else Broken("the check raised ValueError: so ?"))
    assert OUTCOME.dump_json(outcome)


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

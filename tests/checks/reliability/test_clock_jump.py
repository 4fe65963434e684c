"""What goes wrong only with the clock is a finding; what was wrong before is not."""

from typing import Any

import pytest

from checks.reliability.clock_jump import clock_jump
from readiness import Fact, Recording, Unknown

WINDOWS = ("baseline", "onset", "during", "disarm", "recovered")


def probe(good: int = 5, slowest: float = 0.1, kind: str = "timeout") -> dict[str, Any]:
    return {"calls": 5, "good": good, "slowest": slowest, "failures": {} if good == 5 else {kind: 5 - good}}


def recording(way: str = "ahead", *, alive: bool = True, **changed: dict[str, Any]) -> Recording:
    well = {name: {"alive": probe()} for name in WINDOWS}
    told = {**well, **{name: {"alive": one} for name, one in changed.items()}}
    facts = {"ahead": well, "back": well, way: told, "end": {"alive": alive, "shift_seconds": 3600.0}}
    return Recording(facts=facts)


@pytest.mark.parametrize("slowest", [0.1, 2.0])
def test_answering_all_the_same_passes(slowest: float) -> None:
    outcome = clock_jump(recording(during=probe(slowest=slowest)))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


def test_what_was_wrong_before_is_not_the_clocks_fault() -> None:
    outcome = clock_jump(recording("back", baseline=probe(4), during=probe(3)))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize("way", ["ahead", "back"])
@pytest.mark.parametrize("window", WINDOWS[1:])
def test_failing_or_waiting_fails(way: str, window: str) -> None:
    for one, reason in ((probe(4), "alive failed 1 of 5 times: timeout"), (probe(slowest=2.1), "alive took 2.1 s")):
        changed: dict[str, Any] = {window: one}
        outcome = clock_jump(recording(way, **changed))
        assert isinstance(outcome, Fact)
        assert not outcome.passed
        assert f"3600 s {way}: {reason}" in outcome.reason


@pytest.mark.parametrize("way", ["ahead", "back"])
@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_valid_by_that_clock_may_be_refused(way: str, status: int) -> None:
    refused = probe(2, kind=f"status {status}")
    outcome = clock_jump(recording(way, onset=refused, during=refused))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason
    assert "6 calls were refused (401, 403)" in outcome.reason


@pytest.mark.parametrize("window", ["disarm", "recovered"])
def test_a_refusal_once_the_clock_is_right_again_fails(window: str) -> None:
    changed: dict[str, Any] = dict.fromkeys(("during", window), probe(2, kind="status 401"))
    outcome = clock_jump(recording(**changed))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "alive failed 3 of 5 times: status 401" in outcome.reason


def test_refusals_do_not_hide_other_failures() -> None:
    mixed = {**probe(2), "failures": {"status 401": 1, "status 500": 2}}
    outcome = clock_jump(recording(during=mixed))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert outcome.reason.endswith("alive failed 2 of 5 times: status 500")


def test_dying_fails() -> None:
    outcome = clock_jump(recording(alive=False))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


@pytest.mark.parametrize("facts", [{}, {"problem": "static"}, dict(recording(baseline=probe(0)).facts)])
def test_without_a_jump_nothing_is_known(facts: dict[str, Any]) -> None:
    assert isinstance(clock_jump(Recording(facts=facts)), Unknown)

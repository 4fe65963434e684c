"""Alive, within the limit and well again: each decides."""

from typing import Any

from checks.reliability.memory_limit import memory_limit
from readiness import Fact, FaultWindow, Readings, Recording, Unknown

MEGABYTE = 2**20
WITNESS = {"4711": {"data_bytes": {"limit": 300 * MEGABYTE, "used": 44 * MEGABYTE}}}


def recording(*, grown: float = 20.0, witness: dict[str, Any] | None = None, **changed: Any) -> Recording:
    told = {
        "uploads": 64,
        "megabytes": 8,
        "headroom": 256,
        "answers": {"413": 64},
        "processes": 1,
        "used": 30 * MEGABYTE,
        "calls": 9,
        "failed": 0,
    }
    facts = {
        "usual": {"calls": 40, "failed": changed.pop("failed_before", 0)},
        "pressure": {**told, "failed": changed.pop("failed_meanwhile", 0)},
        "after": {"alive": True, "exit_status": None, "failure": "", "seconds": 0.1, **changed},
    }
    window = FaultWindow("limited", 1.0, 3.0, WITNESS if witness is None else witness)
    resident = Readings("bytes", (0.0, 1.0, 2.0), (100.0 * MEGABYTE, (100 + grown) * MEGABYTE, 100.0 * MEGABYTE))
    return Recording(facts=facts, windows=(window,), readings={"rss_bytes": resident})


def fact(given: Recording) -> Fact:
    outcome = memory_limit(given)
    assert isinstance(outcome, Fact)
    return outcome


def test_green_when_it_refuses_and_lives() -> None:
    outcome = fact(recording())
    assert outcome.passed
    assert "64 uploads of 8 MB with 256 MB left, of which it took 30: resident memory grew by 20 MB" in outcome.reason


def test_failing_while_memory_is_short_is_allowed() -> None:
    assert fact(recording(failed_meanwhile=9)).passed


def test_red_when_it_died() -> None:
    outcome = fact(recording(alive=False, exit_status=-6, failure="refused"))
    assert not outcome.passed
    assert "it died of 64 uploads of 8 MB with 256 MB left (exit status -6)" in outcome.reason


def test_red_when_it_does_not_answer_again() -> None:
    outcome = fact(recording(failure="status 500", seconds=5.0))
    assert not outcome.passed
    assert outcome.reason.startswith("status 500 5.0 s after")


def test_resident_memory_may_grow_by_what_was_left_and_no_more() -> None:
    assert fact(recording(grown=256.0)).passed
    assert not fact(recording(grown=256.1)).passed


def test_unknown_without_a_limit_in_force_or_a_good_answer_before() -> None:
    assert isinstance(memory_limit(Recording()), Unknown)
    assert isinstance(memory_limit(recording(witness={})), Unknown)
    outcome = memory_limit(recording(failed_before=3))
    assert isinstance(outcome, Unknown)
    assert "3 of 40 calls failed even before" in outcome.reason

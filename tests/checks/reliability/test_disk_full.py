"""A full disk may refuse writes; it may not kill, lose, break for good, or take reading with it."""

from typing import Any

import pytest

from checks.reliability.disk_full import disk_full
from readiness import Fact, FaultWindow, Recording, Unknown


def probe(calls: int, good: int) -> dict[str, Any]:
    return {
        "calls": calls,
        "good": good,
        "slowest": 0.1,
        "failures": {} if good == calls else {"status 503": calls - good},
    }


def recording(
    *, read: int = 5, usual: int = 5, onset: int = 0, during: int = 0, calls: int = 5,
    after: dict[str, Any] | None = None, **kept: Any,
) -> Recording:  # fmt: skip
    well = {"alive": probe(5, 5), "read": probe(5, 5), "write": probe(5, usual)}
    full = {"alive": probe(5, 5), "read": probe(5, read), "write": probe(calls, during)}
    sets_in = {**full, "write": probe(calls, onset)}
    windows = {"baseline": well, "onset": sets_in, "during": full, "disarm": well, "recovered": well}
    later = {"alive": True, "last": 200, "patience": 5.0, "seconds": 0.2, **(after or {})}
    left = {"before": "100.00", "after": "105.00", "acknowledged": "5.00", "unknown": "3.00", **kept}
    window = FaultWindow("disk_full", 1.0, 2.0, {"refused_writes": 7})
    return Recording(facts={"full": windows, "after full": later, "kept": left}, windows=(window,))


def _with(amount: str | None) -> Recording:
    facts = recording().facts
    return Recording(facts={**facts, "kept": {**facts["kept"], "after": amount}})


@pytest.mark.parametrize("after", ["105.00", "106.50", "108.00"])
def test_refusing_and_going_on_passes(after: str) -> None:
    outcome = disk_full(_with(after))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("onset", "during", "failed"), [(0, 0, 10), (3, 0, 7), (5, 4, 1), (4, 5, 1)], ids=["all", "most", "late", "early"]
)
def test_the_writes_that_failed_are_counted(onset: int, during: int, failed: int) -> None:
    outcome = disk_full(recording(onset=onset, during=during))
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert f"{failed} of 10 writes failed (status 503), 10 of 10 reads went on" in outcome.reason


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (recording(onset=5, during=5), "all 10 writes were confirmed while no file could grow"),
        (recording(onset=5, during=5), "something else (7 times)"),
        (recording(calls=0), "no write began while no file could grow"),
    ],
)
def test_a_full_disk_that_no_write_met_proves_nothing(found: Recording, reason: str) -> None:
    outcome = disk_full(found)
    assert isinstance(outcome, Unknown), "no write was ever refused"
    assert reason in outcome.reason


def test_writes_that_were_confirmed_and_are_lost_fail() -> None:
    facts = recording(onset=5, during=5).facts
    outcome = disk_full(Recording(facts={**facts, "kept": {**facts["kept"], "after": "104.00"}}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (recording(read=0), "nothing could be read while the disk was full: status 503"),
        (recording(after={"alive": False, "seconds": None}), "the process died"),
        (recording(after={"seconds": None, "last": 500}), "5 s after there was room again a write answers 500"),
        (recording(problem="it ended with exit status 1"), "does not start on the data"),
        (_with("104.99"), "0.01 of 5.00 acknowledged is lost"),
        (_with("108.01"), "0.01 is there that was refused or never sent"),
        (_with(None), "cannot be read after the restart"),
    ],
)
def test_harm_fails(found: Recording, reason: str) -> None:
    outcome = disk_full(found)
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize("facts", [{}, {"problem": "no C compiler is installed"}, dict(recording(usual=0).facts)])
def test_without_a_full_disk_nothing_is_known(facts: dict[str, Any]) -> None:
    assert isinstance(disk_full(Recording(facts=facts)), Unknown)

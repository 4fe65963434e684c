"""A slow sync may hold up writers; who only looks whether it lives must not wait for it."""

from typing import Any

import pytest

from checks.reliability.slow_disk import slow_disk
from readiness import Fact, Recording, Unknown


def probe(slowest: float, failures: dict[str, int] | None = None, good: int = 5) -> dict[str, Any]:
    return {"calls": 5, "good": good, "slowest": slowest, "failures": failures or {}}


def recording(
    during: float, *, usual: float = 0.02, failures: dict[str, int] | None = None, good: int = 5
) -> Recording:
    well = {"alive": probe(usual, good=good), "write": probe(0.02)}
    slow = {"alive": probe(during, failures), "write": probe(0.6)}
    windows = {"baseline": well, "onset": well, "during": slow, "disarm": well, "recovered": well}
    return Recording(facts={"slow": windows, "slow options": {"sync_seconds": 0.5, "path": "/live"}})


@pytest.mark.parametrize(("during", "passed"), [(0.02, True), (0.27, True), (0.28, False), (0.6, False)])
def test_half_of_a_sync_is_the_boundary(during: float, *, passed: bool) -> None:
    outcome = slow_disk(recording(during))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed
    assert f"/live at most {during:.2f} s" in outcome.reason


def test_a_failing_look_fails() -> None:
    outcome = slow_disk(recording(0.02, failures={"timeout": 2}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "/live fails: timeout" in outcome.reason


@pytest.mark.parametrize("facts", [{}, {"problem": "static"}, dict(recording(0.02, good=0).facts)])
def test_without_a_slow_disk_nothing_is_known(facts: dict[str, Any]) -> None:
    assert isinstance(slow_disk(Recording(facts=facts)), Unknown)

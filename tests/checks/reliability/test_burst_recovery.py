"""Tests of the check burst_recovery."""

import pytest

from checks.reliability.burst_recovery import burst_recovery
from readiness import Estimate, Measured, Recording, Sample, Samples, Unknown


def recording(after: float, *, error: str = "", phases: tuple[str, ...] = ("before", "burst", "after")) -> Recording:
    rows = [
        Sample(i / 50, after if phase == "after" else 0.01, 0.0, "quote", phase, 200, error if phase == "after" else "")
        for phase in phases
        for i in range(200)
    ]
    return Recording(samples=Samples(tuple(rows)))


def value(given: Recording) -> tuple[Estimate, Measured]:
    outcome = burst_recovery(given)
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, Estimate)
    return outcome.value, outcome


def test_green_when_it_is_as_before() -> None:
    estimate, outcome = value(recording(0.01))
    assert estimate.high <= outcome.objective
    assert "0.010 s before, 0.010 s in and 0.010 s after" in outcome.reason


def test_red_when_it_stays_slow() -> None:
    estimate, outcome = value(recording(1.51))
    assert estimate.low > outcome.limit
    assert "1.510 s after the burst" in outcome.reason


def test_at_the_limit() -> None:
    estimate, outcome = value(recording(1.0))
    assert estimate.value == pytest.approx(outcome.limit)


def test_fast_failures_after_the_burst_are_no_recovery() -> None:
    estimate, outcome = value(recording(0.001, error="status 503"))
    assert estimate.value == pytest.approx(10.0)
    assert "status 503, 200 times" in outcome.reason


@pytest.mark.parametrize("missing", ["before", "burst", "after"])
def test_unknown_without_one_of_the_phases(missing: str) -> None:
    phases = tuple(name for name in ("before", "burst", "after") if name != missing)
    outcome = burst_recovery(recording(0.01, phases=phases))
    assert isinstance(outcome, Unknown)
    assert missing in outcome.reason

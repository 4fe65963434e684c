"""The calm phase after the overload."""

import pytest

from checks.reliability.overload_recovery import overload_recovery
from readiness import Estimate, Measured, Recording, Sample, Samples, Unknown

EXCESS = {"offered": 1000.0, "best": 500.0, "calls": 1200, "served": 1200, "refused": 0, "waiting": 600}


def recording(again: float, *, error: str = "", excess: dict[str, float] | None = None, calls: int = 75) -> Recording:
    rows = [Sample(n / 50, 0.01, 0.0, "quote", "before", 200, "") for n in range(150)]
    rows += [Sample(9 + n / 50, again, 0.0, "quote", "calm again", 200, error) for n in range(calls)]
    return Recording(samples=Samples(tuple(rows)), facts={"excess": excess or EXCESS})


def value(given: Recording) -> tuple[Estimate, Measured]:
    outcome = overload_recovery(given)
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, Estimate)
    return outcome.value, outcome


def test_green_when_it_is_as_before() -> None:
    estimate, outcome = value(recording(0.01))
    assert estimate.high <= outcome.objective
    assert "p95 was 0.010 s before 1000 calls/s were offered and 0.010 s right after" in outcome.reason


def test_red_when_it_stays_slow() -> None:
    estimate, outcome = value(recording(1.5))
    assert estimate.low > outcome.limit


def test_at_the_limit() -> None:
    estimate, outcome = value(recording(1.0))
    assert estimate.value == pytest.approx(outcome.limit)


def test_fast_failures_are_no_recovery() -> None:
    estimate, outcome = value(recording(0.001, error="status 503"))
    assert estimate.value == pytest.approx(10.0)
    assert "75 of 75 calls failed then" in outcome.reason


def test_unknown_where_no_more_could_be_offered_than_the_burst_had_done() -> None:
    assert isinstance(overload_recovery(recording(0.01, excess={**EXCESS, "offered": 599.0})), Unknown)
    value(recording(0.01, excess={**EXCESS, "offered": 600.0}))


def test_unknown_without_the_phases() -> None:
    assert isinstance(overload_recovery(Recording()), Unknown)
    assert isinstance(overload_recovery(recording(0.01, calls=0)), Unknown)
    assert isinstance(overload_recovery(recording(0.01, excess={**EXCESS, "calls": 0})), Unknown)

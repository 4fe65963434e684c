"""Tests of the check error_rate."""

import pytest

from checks.reliability.error_rate import error_rate
from readiness import Estimate, Measured, Recording, Sample, Samples, Table, Unknown


def recording(calls: int, failed: int = 0, phase: str = "steady") -> Recording:
    rows = (
        Sample(i / 100, 0.01, 0.0, "quote", phase, 500 if i < failed else 200, "status 500" if i < failed else "")
        for i in range(calls)
    )
    return Recording(samples=Samples(tuple(rows)))


def estimate(given: Recording) -> tuple[Estimate, Measured]:
    outcome = error_rate(given)
    assert isinstance(outcome, Measured)
    assert isinstance(outcome.value, Estimate)
    return outcome.value, outcome


def test_green_with_enough_calls_and_no_failure() -> None:
    value, outcome = estimate(recording(3200))
    assert value.value == 0.0
    assert value.high < outcome.limit
    assert not outcome.evidence


def test_red_names_the_most_frequent_failure() -> None:
    value, outcome = estimate(recording(3200, failed=20))
    assert value.low > outcome.limit
    assert "20 of 3200 calls failed" in outcome.reason
    assert "quote: status 500 (20 times)" in outcome.reason
    assert isinstance(outcome.evidence[0], Table)
    assert outcome.evidence[0].rows == (("quote", "status 500", 20),)


@pytest.mark.parametrize(("calls", "enough"), [(2994, False), (2995, True)])
def test_boundary_of_the_calls_that_are_needed(calls: int, enough: bool) -> None:
    value, outcome = estimate(recording(calls))
    assert value.needed == 2995
    assert (value.high <= outcome.limit) is enough
    assert ("; 1 more calls without a failure would rule out 0.10%" in outcome.reason) is not enough


def test_at_the_limit() -> None:
    value, outcome = estimate(recording(3000, failed=3))
    assert value.value == pytest.approx(outcome.limit)
    assert value.low < outcome.limit < value.high
    more = int(outcome.reason.rpartition("; ")[2].partition(" ")[0])
    assert (estimate(recording(3000 + more, 3))[0].high, more) <= (outcome.limit, 10_000)
    assert estimate(recording(3000 + more - 1, 3))[0].high > outcome.limit


def test_unknown_without_measured_calls() -> None:
    assert isinstance(error_rate(recording(100, phase="warm up")), Unknown)

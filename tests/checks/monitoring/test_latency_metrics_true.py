"""What the server counts and times, held against what the client saw."""

from typing import Any

import pytest

from checks.monitoring.latency_metrics_true import latency_metrics_true
from readiness import NotApplicable, Recording, Sample, Samples, Unknown
from tests.checks.wires import holds

CALLS, LATENCY, LATE = 1000, 0.030, 0.005


def _recording(
    count: float = CALLS,
    mean: float = 0.020,
    *,
    name: str = "http_request_duration_seconds",
    calls: int = CALLS,
    alone: bool = True,
    **metrics: Any,
) -> Recording:
    rows = [Sample(n / 100, LATENCY, LATE, "a", "steady", 200, "") for n in range(calls)]
    rows += [Sample(n / 100, 1.0, 0.0, "a", "warm up", 200, "") for n in range(50)]
    rows += [Sample(1.0, 0.001, 0.0, "a", "steady", 0, "refused")] * 10
    before = {name: {"count": 50.0, "sum": 7.0}}
    after = {name: {"count": 50.0 + count, "sum": 7.0 + count * mean}}
    told = {"before": before, "after": after, "alone": alone} | metrics
    return Recording(samples=Samples(tuple(rows)), facts={"server_times": told})


@pytest.mark.parametrize(
    "given",
    [
        _recording(),
        _recording(980),
        _recording(1500),
        _recording(5000, alone=False),
        _recording(mean=0.0051),
        _recording(mean=0.0332),
        _recording(mean=20.0, name="http_server_requests_milliseconds"),
    ],
    ids=["alike", "two per cent less", "half more", "other callers", "a fifth", "a quarter more", "milliseconds"],
)
def test_times_that_callers_see_pass(given: Recording) -> None:
    assert holds(latency_metrics_true(given))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(979), "1000 calls were answered, and http_request_duration_seconds counts 979"),
        (_recording(0), "counts 0"),
        (_recording(1501), "counts 1501"),
        (_recording(mean=0.0049), "even the fastest tenth took 25 ms"),
        (_recording(mean=0.034), "mean of 34 ms; callers saw 25 ms"),
        (_recording(mean=20.0), "callers saw 25 ms"),
    ],
)
def test_other_counts_and_times_fail(given: Recording, reason: str) -> None:
    assert not holds(latency_metrics_true(given), reason)


def test_calls_that_take_no_time_say_nothing_about_the_clock() -> None:
    given = _recording(mean=0.0001)
    rows = tuple(row._replace(latency=0.004, late=0.0) for row in given.samples.rows)
    assert holds(latency_metrics_true(Recording(samples=Samples(rows), facts=given.facts)))


@pytest.mark.parametrize("given", [Recording(), _recording(before=None), _recording(after=None), _recording(calls=499)])
def test_without_metrics_or_calls_nothing_is_known(given: Recording) -> None:
    assert isinstance(latency_metrics_true(given), Unknown)


@pytest.mark.parametrize("after", [{}, {"http_request_duration_seconds": {"count": 9.0}}])
def test_without_request_times_it_is_not_applicable(after: dict[str, Any]) -> None:
    assert isinstance(latency_metrics_true(_recording(before={}, after=after)), NotApplicable)

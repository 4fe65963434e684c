"""Series per random request, against its limits."""

from typing import Any

import pytest

from checks.monitoring.metric_cardinality import metric_cardinality
from readiness import Measured, Recording, Unknown


def _recording(grown: int = 0, **changes: Any) -> Recording:
    told: dict[str, Any] = {
        "before": 300, "after": 300 + grown, "paths": 100, "ids": 100, "operation": "note",
        "grown": {"requests": grown} if grown else {}, "example": 'requests{path="/x"}' if grown else "",
    }  # fmt: skip
    return Recording(facts={"cardinality": told | changes})


@pytest.mark.parametrize(("grown", "value"), [(0, 0.0), (60, 0.3), (61, 0.305), (4000, 20.0)])
def test_new_series_are_counted_per_request(grown: int, value: float) -> None:
    outcome = metric_cardinality(_recording(grown))
    assert isinstance(outcome, Measured)
    assert outcome.value == pytest.approx(value)
    assert (outcome.objective, outcome.limit, outcome.better) == (0.05, 0.3, "lower")
    assert f"added {grown} series to 300" in outcome.reason


def test_series_that_replace_others_count_too() -> None:
    outcome = metric_cardinality(_recording(200, after=300))
    assert isinstance(outcome, Measured)
    assert outcome.value == 1.0


def test_metrics_that_shrink_are_not_below_zero() -> None:
    outcome = metric_cardinality(_recording(after=250))
    assert isinstance(outcome, Measured)
    assert outcome.value == 0.0


@pytest.mark.parametrize(
    "recording", [Recording(), _recording(before=0), _recording(after=0), _recording(paths=0, ids=0)]
)
def test_without_scrapes_or_requests_nothing_is_known(recording: Recording) -> None:
    assert isinstance(metric_cardinality(recording), Unknown)

"""A scrape must answer, be readable and hold each series once."""

from typing import Any

import pytest

from checks.monitoring.metrics_endpoint import metrics_endpoint
from readiness import Fact, Recording, Unknown


def _recording(**changes: Any) -> Recording:
    scrape = {"status": 200, "error": "", "series": {"up": 1.0}, "duplicates": [], "unreadable": [], **changes}
    return Recording(facts={"metrics": {"described": True, "path": "/metrics", "after": scrape}})


def test_a_good_scrape_passes() -> None:
    outcome = metrics_endpoint(_recording())
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": 404, "series": {}}, "404"),
        ({"status": 0, "error": "timeout", "series": {}}, "timeout"),
        ({"duplicates": ["up"]}, "comes twice: 'up'"),
        ({"unreadable": ["<html>"]}, "cannot be read: '<html>'"),
        ({"series": {}}, "no series"),
    ],
)
def test_each_defect_fails_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    outcome = metrics_endpoint(_recording(**changes))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize("facts", [{}, {"metrics": {"described": False}}])
def test_no_scrape_is_unknown(facts: dict[str, Any]) -> None:
    assert isinstance(metrics_endpoint(Recording(facts=facts)), Unknown)

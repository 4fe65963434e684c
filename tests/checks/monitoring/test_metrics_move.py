"""Counters rise by what was sent; one less fails."""

from typing import Any

import pytest

from checks.monitoring.metrics_move import metrics_move
from readiness import Fact, Measured, Recording, Unknown

OK, BAD = 'http_requests_total{status="200"}', 'http_requests_total{status="404"}'


def _recording(after: dict[str, float], *, known: int = 20, status: int = 200) -> Recording:
    sent = {"known": known, "failing": 5 if known else 0}
    before = {"status": 200, "error": "", "series": {OK: 7.0}}
    scrape = {"status": status, "error": "", "series": after}
    told = {"described": True, "path": "/metrics", "before": before, "after": scrape, "sent": sent}
    return Recording(facts={"metrics": told})


@pytest.mark.parametrize(
    "after", [{OK: 27.0, BAD: 5.0}, {OK: 40.0, BAD: 9.0}, {"http_server_requests_seconds_count": 25.0}]
)
def test_rising_counters_pass(after: dict[str, float]) -> None:
    outcome = metrics_move(_recording(after))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ({OK: 26.0, BAD: 5.0}, "rose by 24"),
        ({OK: 7.0}, "rose by 0"),
        ({OK: 32.0, BAD: 0.0}, "counts 0 of them"),
        ({"process_cpu_seconds_total": 99.0}, "no series matches"),
    ],
)
def test_standing_counters_fail(after: dict[str, float], reason: str) -> None:
    outcome = metrics_move(_recording(after))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize(("after", "share"), [({OK: 27.0}, 0.8), ({OK: 28.0}, 0.84), ({OK: 27.0, BAD: 4.0}, 0.96)])
def test_paths_that_do_not_exist_and_are_left_out_only_warn(after: dict[str, float], share: float) -> None:
    outcome = metrics_move(_recording(after))
    assert isinstance(outcome, Measured)
    assert (outcome.value, outcome.limit, outcome.objective) == (pytest.approx(share), 0.8, 1.0)
    assert "paths that do not exist" in outcome.reason


def test_the_counter_may_be_named() -> None:
    outcome = metrics_move(_recording({"calls": 25.0}), counter="^calls$")
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize("recording", [Recording(), _recording({}, status=404), _recording({OK: 9.0}, known=0)])
def test_without_scrapes_or_requests_nothing_is_known(recording: Recording) -> None:
    assert isinstance(metrics_move(recording), Unknown)


def test_an_undescribed_path_is_unknown() -> None:
    facts: dict[str, Any] = {"metrics": {"described": False}}
    assert isinstance(metrics_move(Recording(facts=facts)), Unknown)

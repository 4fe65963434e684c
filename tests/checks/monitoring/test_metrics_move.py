"""Counters rise by what was sent; one less fails."""

from typing import Any

import pytest

from checks.monitoring.metrics_move import metrics_move
from readiness import Fact, Measured, Recording, Unknown

OK, BAD = 'http_requests_total{status="200"}', 'http_requests_total{status="404"}'


def _recording(
    after: dict[str, float], *, known: int = 20, status: int = 200, failures: dict[str, int] | None = None
) -> Recording:
    """``failures``: how often the paths that do not exist were answered with a status; all of them with 404."""
    failing = 5 if known else 0
    sent = {"known": known, "failing": failing, "failures": failures or {"404": failing}}
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
    assert outcome.value == pytest.approx(share)
    assert (outcome.limit, outcome.objective) == (0.8, 1.0)
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


@pytest.mark.parametrize("status", ["200", "302", "500"])
def test_where_nothing_was_refused_no_refusal_has_to_be_counted(status: str) -> None:
    outcome = metrics_move(_recording({OK: 32.0, BAD: 0.0}, failures={status: 5}))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason
    assert "none of them was answered 4xx" in outcome.reason
    standing = metrics_move(_recording({OK: 7.0}, failures={status: 5}))
    assert isinstance(standing, Fact)
    assert not standing.passed, "that they are counted at all is still asked for"


def test_only_what_was_refused_has_to_be_counted_as_such() -> None:
    failures = {"404": 3, "200": 2}
    counted = metrics_move(_recording({OK: 29.0, BAD: 3.0}, failures=failures))
    assert isinstance(counted, Fact)
    assert counted.passed, counted.reason
    assert "none of them" not in counted.reason
    outcome = metrics_move(_recording({OK: 30.0, BAD: 2.0}, failures=failures))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "3 requests were answered 4xx, but http_requests_total counts 2 of them" in outcome.reason


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('code="200"', 'code="404"'), ('Status="200"', 'Status="404"'), ('statusCode="200"', 'statusCode="404"'),
        ('status_class="2xx"', 'status_class="4xx"'), ('status="2XX"', 'status="4XX"'),
        ('http_response_status_code="200"', 'http_response_status_code="404"'),
        ('method="GET",http_status="200"', 'method="GET",http_status="404"'),
        ('envoy_response_code_class="2"', 'envoy_response_code_class="4"'),
    ],
)  # fmt: skip
def test_a_status_is_known_by_its_label(good: str, bad: str) -> None:
    good, bad = f"http_requests_total{{{good}}}", f"http_requests_total{{{bad}}}"
    for after, passed in (({good: 20.0, bad: 5.0}, True), ({good: 25.0}, False)):
        outcome = metrics_move(_recording(after))
        assert isinstance(outcome, Fact)
        assert outcome.passed is passed, outcome.reason


@pytest.mark.parametrize("label", ['status="ok"', 'path="/status"', 'country_code="49"', 'grpc_code="OK"', 'le="4"'])
def test_what_holds_no_status_of_http_decides_nothing_about_refusals(label: str) -> None:
    outcome = metrics_move(_recording({f"http_requests_total{{{label}}}": 25.0}))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason

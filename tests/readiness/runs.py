"""Reports of runs to hold against each other: real scoring over results made by hand."""

from collections.abc import Sequence
from typing import Any

from readiness.model import Status
from readiness.report import Interval, Report, Result, Scope, SuiteResult
from readiness.verdict import assemble
from tests.readiness.results import result

ENVIRONMENT: dict[str, Any] = {
    "machine": "x86_64", "system": "Linux 6.1", "cpus": 2, "memory_bytes": 25_000_000_000, "python": "3.11.7",
    "policy_hash": "c6198a57c5c2", "catalogue_version": "4340aaccf202", "profile": "standard", "git_revision": "5fd1e3e",
}  # fmt: skip
WHOLE = Scope(partial=False, selected=(), sentence="Everything was in scope.")


def seconds(
    check: str, value: float, width: float | None = 0.05, *, status: Status = "PASS", limit: float = 2.0, **more: Any
) -> Result:
    """A measured time with an interval of ``width`` (a share of the value) to both sides; None: a single reading."""
    ends = None if width is None else Interval(low=value * (1 - width), high=value * (1 + width))
    given = {"category": "performance", "objective": limit / 4, "unit": "s", **more}
    return result(check, status, value=value, interval=ends, limit=limit, **given)


def run(
    results: Sequence[Result],
    *,
    id: str = "20261121T062345-4f1c00",
    environment: dict[str, Any] | None = None,
    **more: Any,
) -> Report:
    """A report with the scores that the results really earn; ``more`` replaces any field."""
    scores = assemble(results)
    given: dict[str, Any] = {
        "timestamp": "2026-11-21T06:23:45+00:00", "run": id, "target": "desk", "scope": WHOLE,
        "verdict": scores.decisions[0].verdict, "reason": scores.decisions[0].reason,
        "deployment_ready": False, "overall_ready": False, "release_ready": False,
        "overall_score": scores.overall_score, "overall_interval": scores.overall_interval, "raw_score": scores.raw_score,
        "coverage": scores.coverage, "critical_pass_rate": scores.critical_pass_rate,
        "category_scores": dict(scores.category_scores), "categories": scores.categories, "overall_success_rate": 1.0,
        "total_categories": 1, "passed_categories": 1, "failed_categories": 0,
        "critical_failures": scores.critical_failures, "deployment_blockers": scores.deployment_blockers,
        "test_duration_seconds": 60.0, "scenarios": (), "recommendations": (), "ledger": scores.ledger,
        "detailed_results": {"s": SuiteResult(status="PASSED", exit_code=0, critical=True, results=scores.results)},
        "decisions": scores.decisions, "waivers": (), "policy": {"name": "standard"},
        "environment": ENVIRONMENT | (environment or {}),
    }  # fmt: skip
    return Report(**(given | more))

"""Reports to write: one of each verdict, interrupted, scoped and empty. The hostile one is in ``hostile.py``."""

from math import pi, sin
from typing import Any, Literal

from readiness.model import (
    CATEGORIES,
    SUITES,
    Category,
    Evidence,
    Series,
    Severity,
    Status,
    Table,
    Verdict,
)
from readiness.report import (
    CategoryScore,
    Decision,
    Interval,
    LedgerLine,
    Remediation,
    Report,
    Result,
    Scope,
    SuiteResult,
    Waiver,
)
from tests.reports import past
from tests.reports.loads import CRASH, SCENARIOS

WEIGHTS = dict(zip(CATEGORIES, (25, 25, 20, 15, 10, 20, 5), strict=True))
SCORES = {"PASS": (0.92, 1.0), "WARN": (0.74, 0.82), "FAIL": (0.0, 0.31), "NOT_APPLICABLE": (1.0, 1.0)}
REASONS: dict[Status, str] = {
    "PASS": "Inside the objective with {n} samples.",
    "WARN": "Inside the limit, short of the objective.",
    "FAIL": "Beyond the limit: {n} samples, the whole interval lies on the wrong side.",
    "INCONCLUSIVE": "40 samples are missing before the limit can be excluded.",
    "UNKNOWN": "The target grants no access to its logs (capability logs is missing).",
    "ERROR": "The check raised KeyError: 'queue_depth'.",
    "SKIPPED": "Switched off in readiness.yaml by the platform team.",
    "NOT_APPLICABLE": "The target declares no cache, so there is nothing to invalidate.",
}
LATENCY = Table(
    "Latency by operation",
    ("operation", "calls", "p50 s", "p95 s", "p99 s", "verified"),
    (
        ("GET /market/{symbol}/chain", 4210, 0.041, 0.212, 0.418, True),
        ("POST /orders", 1822, 0.067, 0.388, 0.911, True),
        ("GET /accounts/{id}/exposure", 960, 0.052, 0.247, None, True),
    ),
)


def series(points: int = 240) -> Series:
    """A latency curve with a bump in its second third."""
    at = tuple(index * 60 / points for index in range(points))
    values = tuple(0.2 + 0.05 * sin(t) + (0.9 * sin((t - 18) / 16 * pi) if 18 < t < 34 else 0.0) for t in at)
    return Series("Response time, 95th percentile per second", "s", at, values)


def result(
    check: str, category: Category, status: Status = "PASS", severity: Severity = "major", **more: Any
) -> Result:
    """A result with whatever its status needs."""
    low, high = SCORES.get(status, (0.0, 1.0))
    given: dict[str, Any] = {
        "title": check.replace("_", " ").capitalize(),
        "suite": SUITES[CATEGORIES.index(category) % len(SUITES)],
        "scenario": "steady_load",
        "weight": {"blocker": 10, "critical": 7, "major": 3, "minor": 1, "info": 0}[severity],
        "score": Interval(low=low, high=high),
        "reason": REASONS[status].format(n=2995),
        "duration_seconds": 4.2,
    }
    return Result(check=check, category=category, status=status, severity=severity, **(given | more))


def measured(check: str, category: Category, status: Status, value: float, limit: float, **more: Any) -> Result:
    """A measured value in seconds, with an interval and evidence."""
    evidence: tuple[Evidence, ...] = (LATENCY, series())
    given: dict[str, Any] = {
        "value": value,
        "limit": limit,
        "objective": limit / 4,
        "unit": "s",
        "n": 2995,
        "interval": Interval(low=value * 0.93, high=value * 1.08),
        "evidence": evidence,
        "location": "GET /market/{symbol}/chain",
        "reproduce": f"readiness run --only {check} --seed 7",
        "remediation": Remediation(text="Look at the slowest span; add the missing index.", effort="hours"),
    }
    return result(check, category, status, **(given | more))


def sound_results() -> list[Result]:
    """Results of a system in good shape; every category is there."""
    return [
        measured("latency_p95", "performance", "PASS", 0.412, 2.0, severity="blocker", witnesses=(CRASH,)),
        measured("latency_p99", "performance", "WARN", 1.913, 3.0, severity="major"),
        result(
            "throughput", "performance", value=412.7, limit=250.0, objective=400.0, unit="calls/s", severity="critical"
        ),
        result(
            "recovers_from_vendor_crash", "reliability", severity="blocker", witnesses=(CRASH,), detection_power=0.015
        ),
        result("orders_are_idempotent", "reliability", severity="critical", evidence=(LATENCY,)),
        result("retries_back_off", "reliability", "WARN"),
        result("tokens_expire", "security", severity="critical"),
        result("secrets_stay_out_of_logs", "security", severity="blocker"),
        result("throughput_grows_with_users", "scalability", severity="major"),
        result("memory_returns", "scalability", severity="minor"),
        result("metrics_are_truthful", "monitoring", severity="critical"),
        result("alerts_fire", "monitoring", "WARN", severity="major"),
        result("no_trade_is_lost", "data_integrity", severity="blocker", detection_power=0.0046),
        result("prices_match_the_reference", "data_integrity", severity="critical"),
        result("cache_follows_writes", "data_integrity", "NOT_APPLICABLE", severity="major"),
        result("settings_are_checked_at_start", "configuration", severity="major"),
    ]


def suites_of(results: list[Result]) -> dict[str, SuiteResult]:
    """Sort results into the four suites."""
    suites: dict[str, SuiteResult] = {}
    for name in SUITES:
        mine = tuple(r for r in results if r.suite == name)
        failed = any(r.status == "FAIL" and r.critical and not r.waived for r in mine)
        status: Literal["PASSED", "FAILED", "NOT_RUN"] = "NOT_RUN" if not mine else "FAILED" if failed else "PASSED"
        critical = name != "stress_testing"
        suites[name] = SuiteResult(
            status=status, exit_code=int(failed), critical=critical, duration_seconds=31.25 * len(mine), results=mine
        )
    return suites


def categories_of(results: list[Result], scores: dict[Category, float | None]) -> tuple[CategoryScore, ...]:
    """The category scores, with intervals that contain them."""
    lines = []
    for category in CATEGORIES:
        score, mine = scores.get(category), [r for r in results if r.category == category]
        decided = sum(r.decided for r in mine) / len(mine) if mine else 0.0
        interval = Interval(low=max(0.0, score - 0.07), high=min(1.0, score + 0.05)) if score is not None else None
        lines.append(
            CategoryScore(
                category=category,
                weight=WEIGHTS[category] / 120,
                score=score,
                interval=interval or Interval(low=0.0, high=1.0),
                coverage=decided,
                results=len(mine),
                passed=score is not None and score >= 0.7,
            )
        )
    return tuple(lines)


ENVIRONMENT: dict[str, Any] = {
    "machine": {"cpu": "8 × AMD EPYC 7B13", "memory": "31.3 GiB", "steal": 0.002, "fit": True},
    "versions": {"readiness": "0.1.0", "python": "3.11.7", "target": "desk 2.4.1"},
    "git_revision": "5fd1e3e0c2",
    "policy_hash": "9c1d20aa41b7",
    "catalogue_version": "72cf90d1e355",
    "profile": "standard",
    "seed": 7,
}
POLICY: dict[str, Any] = {
    "name": "standard",
    "threshold": 0.7,
    "critical_pass_rate": 0.8,
    "coverage": 0.8,
    "category_weights": WEIGHTS,
    "all_must_pass": False,
    "checks": {"latency_p95": {"options": {"limit": 2.0}}},
}


def report(results: list[Result], verdict: Verdict, scores: dict[Category, float | None], **more: Any) -> Report:
    """A report over results; ``more`` replaces any field."""
    known = [score for score in scores.values() if score is not None]
    overall = sum(known) / len(known) if known else None
    failed = tuple(r.check for r in results if r.status == "FAIL" and r.critical and not r.waived)
    decided = sum(r.decided for r in results) / len(results) if results else 0.0
    passed = sum(r.status in ("PASS", "WARN") for r in results)
    ready = verdict == "READY"
    given: dict[str, Any] = {
        "timestamp": "2026-11-21T06:23:45+00:00",
        "run": "20261121T062345Z-4f1c",
        "target": "process:python -m readiness.desk",
        "verdict": verdict,
        "reason": "Every bar of the standard policy is cleared even if everything unknown turned out badly.",
        "deployment_ready": ready,
        "overall_ready": ready,
        "release_ready": False,
        "scope": Scope(partial=False, selected=(), sentence="Everything was asked for."),
        "overall_score": overall,
        "overall_interval": Interval(low=max(0.0, (overall or 0.0) - 0.06), high=min(1.0, (overall or 1.0) + 0.04)),
        "raw_score": overall,
        "coverage": decided,
        "critical_pass_rate": 1.0 if ready else 0.7,
        "category_scores": {category: scores.get(category) for category in CATEGORIES},
        "categories": categories_of(results, scores),
        "overall_success_rate": passed / len(results) if results else 0.0,
        "total_categories": len(CATEGORIES),
        "passed_categories": sum(score >= 0.7 for score in known),
        "failed_categories": len(CATEGORIES) - sum(score >= 0.7 for score in known),
        "critical_failures": failed,
        "deployment_blockers": tuple(
            r.check for r in results if r.status == "FAIL" and r.severity == "blocker" and not r.waived
        ),
        "test_duration_seconds": 754.3,
        "detailed_results": suites_of(results),
        "scenarios": SCENARIOS,
        "recommendations": (),
        "ledger": (),
        "decisions": (),
        "waivers": (),
        "fitness": past.FIT,
        "environment": ENVIRONMENT,
        "policy": POLICY,
    }
    return Report(**(given | more))


def ready() -> Report:
    """A run that is READY, with everything in it."""
    scores: dict[Category, float | None] = dict(zip(CATEGORIES, (0.92, 0.88, 0.75, 0.9, 0.71, 0.95, 0.8), strict=True))
    return report(
        sound_results(),
        "READY",
        scores,
        recommendations=("Alerts fire late: the poll interval is 60 s, 15 s would clear the objective.",),
        ledger=(
            LedgerLine(check="alerts_fire", reason="Inside the limit, short of the objective.", points=0.1),
            LedgerLine(check="latency_p99", reason="Inside the limit, short of the objective.", points=0.0557),
        ),
        decisions=(
            Decision(policy="standard", verdict="READY", reason="Every bar is cleared."),
            Decision(
                policy="release",
                verdict="NOT READY",
                reason="3 checks are warnings and the score is 84.42 %; 85.00 % is required.",
                would_make_ready=("alerts_fire", "latency_p99", "retries_back_off"),
            ),
        ),
        waivers=(
            Waiver(
                id="W-7",
                check="retries_back_off",
                reason="Replaced in the next release.",
                owner="desk team",
                expires="2026-12-31",
            ),
        ),
        waiver_states=past.waivers()[:1],
        trend=past.trend(),
    )


def troubled_results() -> list[Result]:
    """Failed blockers, a waived failure, a flaky blocker and every other status."""
    results = [r for r in sound_results() if r.check not in ("latency_p95", "no_trade_is_lost")]
    results += [
        measured("latency_p95", "performance", "FAIL", 2.731, 2.0, severity="blocker", witnesses=(CRASH,)),
        result(
            "no_trade_is_lost",
            "data_integrity",
            "FAIL",
            "blocker",
            reason="3 of 1,822 acknowledged orders are missing after the restart.",
            reproduce="readiness run --only no_trade_is_lost --seed 7",
            remediation=Remediation(text="Acknowledge after the commit, not before it.", effort="days"),
            evidence=(Table("Missing orders", ("order", "acknowledged at"), (("o-118", 18.2), ("o-131", 18.9))),),
            witnesses=(CRASH,),
        ),
        result("tls_is_enforced", "security", "FAIL", "critical", waived=True),
        result("log_lines_are_structured", "monitoring", "UNKNOWN", "critical"),
        result("queue_drains", "scalability", "ERROR", "major", attempts=2),
        result("breaker_opens", "reliability", "INCONCLUSIVE", "blocker", flaky=True),
        result("house_style", "configuration", "FAIL", "info", advisory=True),
        result("dashboards_exist", "monitoring", "SKIPPED", "minor"),
    ]
    return results


def not_ready() -> Report:
    """A run that is NOT READY, with every status in it."""
    scores: dict[Category, float | None] = dict(
        zip(CATEGORIES, (0.41, 0.69996, 0.72, 0.8, 0.75, 0.38, 0.9), strict=True)
    )
    return report(
        troubled_results(),
        "NOT READY",
        scores,
        reason="2 blockers failed: latency_p95 and no_trade_is_lost.",
        overall_score=0.49,
        overall_interval=Interval(low=0.44, high=0.49),
        recommendations=(
            "Acknowledge after the commit, not before it.",
            "Look at the slowest span; add the missing index.",
        ),
        ledger=(
            LedgerLine(check="no_trade_is_lost", reason="3 orders are missing.", points=0.1712),
            LedgerLine(check="latency_p95", reason="2.731 s, limit 2 s.", points=0.1344),
            LedgerLine(check="cap", reason="An open blocker caps the score at 49 %.", points=0.2044),
        ),
        decisions=(
            Decision(
                policy="standard",
                verdict="NOT READY",
                reason="2 blockers failed: latency_p95 and no_trade_is_lost.",
                would_make_ready=("latency_p95", "no_trade_is_lost"),
            ),
            Decision(policy="release", verdict="NOT READY", reason="4 checks failed.", would_decide=("breaker_opens",)),
        ),
        waivers=(
            Waiver(id="W-9", check="tls_is_enforced", reason="Ends at the proxy.", owner="ops", expires="2026-12-01"),
        ),
        waiver_states=past.waivers(),
        tier_decisions=past.TIERS,
        change=past.worse(),
        trend=past.trend(),
    )


def inconclusive() -> Report:
    """A run in which too much is unknown; one category was not measured at all."""
    results = [r for r in sound_results() if r.category not in ("monitoring", "security")]
    results += [result(name, "monitoring", "UNKNOWN", "critical") for name in ("metrics_are_truthful", "alerts_fire")]
    results += [result("tokens_expire", "security", "INCONCLUSIVE", "blocker")]
    scores: dict[Category, float | None] = dict(zip(CATEGORIES, (0.9, 0.88, None, 0.9, None, 0.95, 0.8), strict=True))
    return report(
        results,
        "INCONCLUSIVE",
        scores,
        reason="Coverage is 76.47 %; 80.00 % is required. Granting access to the logs would decide it.",
        overall_interval=Interval(low=0.58, high=0.91),
        decisions=(
            Decision(
                policy="standard",
                verdict="INCONCLUSIVE",
                reason="Coverage is 76.47 %; 80.00 % is required.",
                would_decide=("metrics_are_truthful", "alerts_fire"),
            ),
        ),
    )


def interrupted() -> Report:
    """A run that a person ended."""
    return inconclusive().model_copy(
        update={"interrupted": True, "reason": "The run was interrupted after 4 of 9 scenarios."}
    )


def scoped() -> Report:
    """A run of one category only."""
    scope = Scope(
        partial=True,
        selected=("performance",),
        sentence="Only performance was asked for; this is no deployment verdict.",
    )
    results = [r for r in sound_results() if r.category == "performance"]
    return report(results, "READY", {"performance": 0.92}, scope=scope, deployment_ready=False, total_categories=1)


def empty() -> Report:
    """A run in which nothing ran."""
    return report(
        [], "INCONCLUSIVE", {}, reason="Nothing ran.", critical_pass_rate=None, scenarios=(), test_duration_seconds=0.0
    )

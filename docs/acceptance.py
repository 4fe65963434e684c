"""Write docs/acceptance.md: what the requirement for deployment gates asks, which checks decide it, and what a run saw.

python docs/acceptance.py readiness-reports/RUN   # a run of the full profile on the sample desk
"""

import json
import sys
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).with_name("acceptance.md")


class Line(NamedTuple):
    """One line of the requirement: what must hold, the checks that decide it, and what else shows it."""

    name: str
    holds: str
    checks: tuple[str, ...] = ()
    shown_by: str = ""


LINES = (
    Line(
        "Complete trading workflow",
        "from an empty account to the performance report in less than 30 s; advice, risk and fills equal to independent oracles",
        ("workflow_time", "strike_selection", "option_prices", "order_accounting", "idempotent_orders"),
    ),
    Line(
        "Data pipeline",
        "100 000 rows (full: 1 000 000 over ten years) at more than 1000 rows/s, more than 95 % complete, a year queried in 100 ms",
        ("ingest_rate", "history_complete", "query_time"),
    ),
    Line(
        "Error recovery",
        "dependency silent, dependency talking nonsense, data damaged, memory short, callers all at once: seen, survived, over",
        (
            "readiness_truthful",
            "dependency_deadline",
            "recovery_time",
            "dependency_garbage",
            "disk_full",
            "damaged_data_noticed",
            "memory_limit",
            "lost_update",
        ),
    ),
    Line(
        "Stress framework",
        "a grid of 5 to 50 users by 5 to 25 operations, one verdict each: p95 below 2 s, errors below 5 %, CPU below 80 %",
        ("capacity_headroom", "stress_errors", "stress_latency", "cpu_use"),
    ),
    Line(
        "Database stress",
        "50 users read and write through the pool; no row is lost or there twice, and the pool keeps room",
        ("pool_utilization", "stressed_writes", "lost_update", "idempotent_write"),
    ),
    Line(
        "Memory pressure", "under a hard limit the service degrades and does not crash", ("memory_limit", "memory_use")
    ),
    Line(
        "Sustained and burst load",
        "5 minutes (full) at more than 100 operations/s, growth below 100 MB; after a burst of 50 users as before",
        (
            "throughput",
            "error_rate",
            "latency_p95",
            "latency_p99",
            "memory_growth",
            "burst_recovery",
            "overload_recovery",
        ),
    ),
    Line(
        "Market open",
        "at least 100 updates a minute and 20 users: quotes younger than 5 min, more than 50 operations/s",
        ("market_freshness", "market_open_throughput"),
    ),
    Line("Midday", "50 operations on data younger than 15 min", ("midday_freshness", "repeatable_advice")),
    Line(
        "End of day",
        "accounts reconcile exactly, the report is stored, prices are younger than 60 s",
        ("end_of_day_reconciled", "closing_freshness"),
    ),
    Line(
        "Weekend preparation",
        "expirations, rebalancing, regime and books on a Saturday, with no market to ask",
        ("weekly_review", "expired_options", "weekend_books"),
    ),
    Line(
        "High volatility",
        "5 % swings: values follow, above 120 % trading stops, the hedge takes delta away",
        ("risk_follows_market", "volatility_stop", "hedge_reduces_delta", "collar_follows_market"),
    ),
    Line(
        "Readiness validators",
        "each of the seven categories fails on its planted defects and passes on the healthy system",
        shown_by="`readiness self-test`: every defect that the sample desk and the small services describe",
    ),
    Line(
        "Score and decision",
        "the sample scores give 0.854; 0.70, 0.80 and 0.85 are exact",
        shown_by="tests/readiness/test_weighing.py, tests/readiness/test_verdict.py",
    ),
    Line(
        "Runner and reports",
        "suites in processes of their own; JSON and XML validate; an empty or unknown category is a usage error; "
        "part of a run is never ready",
        shown_by="tests/test_gate.py, tests/reports, tests/readiness/cli",
    ),
    Line(
        "Environment settings",
        "each of the five variables changes what can be observed",
        ("credentials_file",),
        "tests/readiness/test_settings.py, tests/test_gate.py",
    ),
    Line(
        "Health, logs, backup",
        "health, structured logs, metrics, and a backup that restores row by row",
        (
            "readiness_truthful",
            "health_detail",
            "logs_structured",
            "metrics_endpoint",
            "metrics_move",
            "backup_restores",
        ),
    ),
)


def page(report: dict[str, object]) -> str:
    """The page, from a run's report."""
    suites: dict[str, dict[str, list[dict[str, str]]]] = report["detailed_results"]  # type: ignore[assignment]
    results = {result["check"]: result for suite in suites.values() for result in suite["results"]}
    seconds = float(str(report["test_duration_seconds"]))
    profile = report["environment"]["profile"]  # type: ignore[index]
    text = [
        "# What the gate was asked to decide, and what it saw",
        "",
        "The lines of the requirement, the checks that decide each, and what one run on the sample desk said: profile",
        f"{profile}, {str(report['timestamp'])[:10]}, {seconds:.0f} s, {report['verdict']}.",
        "Made by `python docs/acceptance.py RUN`.",
        "",
    ]
    for line in LINES:
        text += [f"## {line.name}", "", f"{line.holds[0].upper()}{line.holds[1:]}.", ""]
        if line.shown_by:
            text += [f"Shown by {line.shown_by}.", ""]
        if line.checks:
            text += ["| Check | Status | What was seen |", "|---|---|---|"]
            for check in line.checks:
                found = results.get(check)
                said = (found["status"], found["reason"]) if found else ("NOT RUN", "")
                text.append(f"| `{check}` | {said[0]} | {said[1].replace('|', ' ')} |")
            text.append("")
    return "\n".join(text)


if __name__ == "__main__":
    [found] = Path(sys.argv[1]).glob("production_validation_report_*.json")
    PAGE.write_text(page(json.loads(found.read_text(encoding="utf-8"))), encoding="utf-8")

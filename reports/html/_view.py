"""What the page shows, taken from a report: findings with their drawings, rows of tables, lists of what is missing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from readiness import CATEGORIES, CategoryScore, LedgerLine, Report, Result, ScenarioSummary, Table, Waiver

from .._wording import UNDECIDED, observed, percent_range, required, weight, worst_first  # noqa: TID252
from ._charts import Gauge, Plot, Timeline, gauge, plot, timeline

MOST_ROWS = 50
LOOKS = {
    "READY": ("good", "disc"),
    "NOT READY": ("bad", "octagon"),
    "INCONCLUSIVE": ("open", "diamond"),
    "PASS": ("good", "disc"),
    "WARN": ("warn", "half"),
    "FAIL": ("bad", "octagon"),
    "UNKNOWN": ("open", "diamond-open"),
    "ERROR": ("open", "triangle"),
    "SKIPPED": ("off", "ring"),
    "NOT_APPLICABLE": ("off", "dash"),
}
"""The tone and the shape of each verdict and status: no state is told by colour alone."""


@dataclass(frozen=True)
class Evidence:
    """A table as shown: the first rows, and how many more there are."""

    table: Table
    rows: tuple[tuple[object, ...], ...]
    hidden: int


@dataclass(frozen=True)
class Finding:
    """A result with everything that its place on the page needs."""

    anchor: str
    result: Result
    observed: str
    required: str
    gauge: Gauge | None
    plots: tuple[Plot, ...]
    tables: tuple[Evidence, ...]
    undrawn: tuple[str, ...]
    arithmetic: str


@dataclass(frozen=True)
class Group:
    """The findings of one category."""

    category: str
    score: CategoryScore | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Act:
    """A scenario with its drawing."""

    summary: ScenarioSummary
    timeline: Timeline | None


@dataclass(frozen=True)
class View:
    """Everything on the page that is not the report itself."""

    groups: tuple[Group, ...]
    blockers: tuple[tuple[str, Finding | None], ...]
    open_blockers: tuple[Finding, ...]
    other_critical: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    not_applicable: tuple[Finding, ...]
    not_run: tuple[tuple[str, str], ...]
    acts: tuple[Act, ...]
    waivers: tuple[tuple[Waiver, Finding | None], ...]
    by_check: Mapping[str, Finding]
    threshold: float | None
    points: float
    environment: tuple[tuple[str, str], ...]
    policy: tuple[tuple[str, str], ...]


def view_of(report: Report) -> View:
    """Prepare a report for the page."""
    findings = _findings(report)
    ordered = [findings[id(result)] for result in worst_first(report.results)]
    by_check: dict[str, Finding] = {}
    for finding in ordered:
        by_check.setdefault(finding.result.check, finding)
    blocked = tuple((entry, by_check.get(entry)) for entry in report.deployment_blockers)
    shown = {entry for entry, _ in blocked}
    return View(
        groups=tuple(_groups(report, ordered)),
        blockers=blocked,
        open_blockers=tuple(
            f
            for f in ordered
            if f.result.severity == "blocker" and not f.result.advisory and f.result.status in UNDECIDED
        ),
        other_critical=tuple(by_check[e] for e in report.critical_failures if e not in shown and e in by_check),
        undecided=tuple(f for f in ordered if f.result.status in UNDECIDED),
        not_applicable=tuple(f for f in ordered if f.result.status == "NOT_APPLICABLE"),
        not_run=tuple(_not_run(report)),
        acts=tuple(Act(summary, timeline(summary)) for summary in report.scenarios),
        waivers=tuple((waiver, by_check.get(waiver.check)) for waiver in report.waivers),
        by_check=by_check,
        threshold=_threshold(report.policy),
        points=sum(line.points for line in report.ledger),
        environment=tuple(_flat(report.environment)),
        policy=tuple(_flat(report.policy)),
    )


def _findings(report: Report) -> dict[int, Finding]:
    whole = {line.category: line.weight for line in report.categories}
    cost = {line.check: line for line in report.ledger}
    sums: dict[str, float] = {}
    for result in report.results:
        if result.status != "NOT_APPLICABLE" and not result.advisory:
            sums[result.category] = sums.get(result.category, 0.0) + result.weight
    taken: set[str] = set()
    findings = {}
    for result in report.results:
        share = whole.get(result.category, 0.0), sums.get(result.category, 0.0)
        findings[id(result)] = _finding(result, _anchor(result.check, taken), _arithmetic(result, *share, cost))
    return findings


def _finding(result: Result, anchor: str, arithmetic: str) -> Finding:
    plots, tables, undrawn = [], [], []
    for evidence in result.evidence:
        if evidence.kind == "table":
            tables.append(Evidence(evidence, evidence.rows[:MOST_ROWS], max(0, len(evidence.rows) - MOST_ROWS)))
        elif drawn := plot(evidence, result.witnesses, result):
            plots.append(drawn)
        else:
            undrawn.append(evidence.title)
    return Finding(
        anchor=anchor,
        result=result,
        observed=observed(result),
        required=required(result),
        gauge=gauge(result),
        plots=tuple(plots),
        tables=tuple(tables),
        undrawn=tuple(undrawn),
        arithmetic=arithmetic,
    )


def _anchor(check: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9_-]+", "-", check.lower())[:60].strip("-") or "check"
    name, count = f"check-{stem}", 1
    while name in taken:
        count += 1
        name = f"check-{stem}-{count}"
    taken.add(name)
    return name


def _arithmetic(result: Result, of_whole: float, category_sum: float, cost: Mapping[str, LedgerLine]) -> str:
    if result.advisory:
        return "Advisory: weight 0, it does not move the score."
    if result.status == "NOT_APPLICABLE":
        return "Not applicable: it leaves both sums."
    score = f"Score {percent_range(result.score.low, result.score.high)}"
    if not result.decided and result.score.low == 0 and result.score.high == 1:
        score += " (nothing is known, nothing is assumed)"
    part = f"weight {result.weight:g} of {category_sum:g} in its category, which weighs {weight(of_whole)} of the whole"
    costs = f"; it costs {cost[result.check].points * 100:.2f} points" if result.check in cost else ""
    return f"{score}, {part}{costs}."


def _groups(report: Report, ordered: list[Finding]) -> Iterator[Group]:
    scores = {line.category: line for line in report.categories}
    for category in CATEGORIES:
        mine = tuple(finding for finding in ordered if finding.result.category == category)
        if mine:
            yield Group(category, scores.get(category), mine)


def _not_run(report: Report) -> Iterator[tuple[str, str]]:
    for name, suite in report.detailed_results.items():
        if suite.status == "NOT_RUN":
            yield f"Suite {name}", suite.error or "not run"
    for scenario in report.scenarios:
        if scenario.status != "finished":
            yield (
                f"Scenario {scenario.scenario}",
                f"{scenario.status}: {scenario.reason}" if scenario.reason else scenario.status,
            )


def _threshold(policy: Mapping[str, Any]) -> float | None:
    value = policy.get("threshold")
    usable = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 < value <= 1
    return float(value) if usable and value is not None else None


def _flat(value: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Turn nested settings into rows: a dotted name and a value."""
    if isinstance(value, Mapping) and value and depth < 8:
        for key in sorted(value, key=str):
            yield from _flat(value[key], f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, set | frozenset):
        yield name, ", ".join(sorted(map(str, value)))
    elif isinstance(value, list | tuple):
        yield (
            name,
            ", ".join(str(sorted(v, key=str)) if isinstance(v, set | frozenset) else str(v) for v in value) or "none",
        )
    elif isinstance(value, bool):
        yield name, "yes" if value else "no"
    else:
        yield name, "none" if value is None or value == {} else str(value)

"""Outcomes -> Report: every field that a report carries, from what the scores and the scenarios say. Pure."""

import shlex
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from readiness.bars import Circumstances
from readiness.brought import brought_results
from readiness.evidence.reading import Reading
from readiness.loader import describe
from readiness.model import CATEGORIES, SUITES, FaultWindow, Outcome, Unknown
from readiness.plan import Plan
from readiness.policy import RELEASE
from readiness.report import Fitness, Report, Result, ScenarioSummary, SuiteResult
from readiness.scoring import result_of
from readiness.stored import Ended
from readiness.verdict import Scores, assemble, tier_decisions
from readiness.waivers import waiver_states

RECOMMENDATIONS = 12
COMMAND = ("python", "-m", "readiness")
_FROM_SCORES = (
    "overall_score", "overall_interval", "raw_score", "coverage", "critical_pass_rate", "categories", "critical_failures",
    "deployment_blockers", "ledger", "decisions",
)  # fmt: skip
"""What a report takes over as it is."""


def assemble_report(
    plan: Plan,
    outcomes: Mapping[str, Outcome],
    summaries: Mapping[str, ScenarioSummary],
    ended: Ended,
    run: str,
    machine: dict[str, Any],
    fitness: Fitness,
    readings: Mapping[str, Reading | None] | None = None,
    *,
    today: date | None = None,
) -> Report:
    """Build the one object behind every format; ``readings`` are what was read of each source of evidence.

    Waivers are held against ``today`` (UTC), which is the day on which the run ended unless another one is given.
    """
    today = today or _day(ended)
    judged = _results(plan, outcomes, summaries, ended, readings or {}, today)
    interrupted, unfit, partial = ended.interrupted, "; ".join(fitness.reasons), plan.scope.partial
    circumstances = Circumstances(plan.profile, interrupted, unfit, partial)
    scores = assemble(
        judged, plan.policy, RELEASE, profile=plan.profile, interrupted=interrupted, unfit=unfit, partial=partial
    )  # fmt: skip
    results = scores.results
    suites = _suites(results, summaries, complete=not interrupted)
    standard, release = scores.decisions
    ready = standard.verdict == "READY"
    complete = all(suite.status == "PASSED" for suite in suites.values())
    return Report(
        timestamp=ended.timestamp,
        run=run,
        target=plan.settings.target.name,
        verdict=standard.verdict,
        reason=standard.reason,
        deployment_ready=ready and not partial and complete,
        overall_ready=ready,
        release_ready=release.verdict == "READY" and not partial,
        scope=plan.scope,
        **{name: getattr(scores, name) for name in _FROM_SCORES},
        category_scores=dict(scores.category_scores),
        overall_success_rate=_success_rate(results),
        total_categories=len(suites),
        passed_categories=sum(suite.status == "PASSED" for suite in suites.values()),
        failed_categories=sum(suite.status in ("FAILED", "ERROR") for suite in suites.values()),
        test_duration_seconds=round(ended.seconds, 3),
        detailed_results=suites,
        scenarios=tuple(summaries.values()),
        recommendations=_recommendations(results, scores),
        tier_decisions=tier_decisions(results, plan.policy, circumstances),
        waivers=plan.policy.waivers,
        waiver_states=waiver_states(plan.policy, results, today, plan.settings.target.name),
        fitness=fitness,
        environment=machine,
        policy=plan.policy.model_dump(mode="json"),
        interrupted=interrupted,
    )


def _success_rate(results: Iterable[Result]) -> float:
    """The share of decided results that did not fail; 0 where nothing was decided."""
    decided = [result for result in results if result.decided]
    return sum(result.status != "FAIL" for result in decided) / len(decided) if decided else 0.0


def _day(ended: Ended) -> date:
    """The day (UTC) on which the run ended."""
    return datetime.fromisoformat(ended.timestamp).astimezone(UTC).date()


def _results(
    plan: Plan,
    outcomes: Mapping[str, Outcome],
    summaries: Mapping[str, ScenarioSummary],
    ended: Ended,
    readings: Mapping[str, Reading | None],
    today: date,
) -> tuple[Result, ...]:
    """Every result, category by category: of the checks, and of what was brought."""
    results = [
        *_checked(plan, outcomes, summaries, ended, today),
        *brought_results(plan, readings, summaries, ended, today),
    ]
    order = {category: place for place, category in enumerate(CATEGORIES)}
    return tuple(sorted(results, key=lambda result: (order[result.category], result.check)))


def _checked(
    plan: Plan, outcomes: Mapping[str, Outcome], summaries: Mapping[str, ScenarioSummary], ended: Ended, today: date
) -> list[Result]:
    results = []
    scenarios = plan.catalog.scenarios
    for check in plan.checks:
        windows: tuple[FaultWindow, ...] = summaries[check.needs].windows if check.needs in summaries else ()
        result = result_of(
            check,
            outcomes.get(check.id, Unknown("it was not judged")),
            policy=plan.policy,
            today=today,
            target=plan.settings.target.name,
            title=describe(check)[0],
            suite=scenarios[check.needs].suite,
            scenario=check.needs,
            reproduce=shlex.join([*COMMAND, *plan.words, "--check", check.id, "--profile", plan.profile]),
            location=f"{check.category}/{check.id}.py",
            windows=windows,
            foreign=check.id in plan.foreign,
        )
        results.append(result.model_copy(update={"duration_seconds": round(ended.durations.get(check.id, 0.0), 4)}))
    return results


def _suites(
    results: tuple[Result, ...], summaries: Mapping[str, ScenarioSummary], *, complete: bool
) -> dict[str, SuiteResult]:
    selected = {result.suite for result in results}
    names = [*SUITES, *sorted(selected - set(SUITES))]
    return {name: _suite(name, results, summaries, complete=complete) for name in names}


def _suite(
    name: str, results: tuple[Result, ...], summaries: Mapping[str, ScenarioSummary], *, complete: bool
) -> SuiteResult:
    mine = tuple(result for result in results if result.suite == name)
    ran = [summary for summary in summaries.values() if summary.suite == name and summary.status != "not run"]
    seconds = sum(summary.seconds for summary in ran)
    broken = [
        f"{summary.scenario} {summary.status}: {summary.reason}" for summary in ran if summary.status != "finished"
    ]
    counted = [result for result in mine if not result.advisory and not result.waived]
    if not mine or not (ran or any(result.decided for result in mine)):
        return SuiteResult(status="NOT_RUN", exit_code=5, critical=name in SUITES, results=mine)
    if broken or any(result.status == "ERROR" for result in counted):
        text = "; ".join(broken) or "a check broke"
        return SuiteResult(
            status="ERROR", exit_code=3, critical=True, error=text, duration_seconds=round(seconds, 3), results=mine
        )
    failed = any(result.status == "FAIL" and result.critical for result in counted)
    open_ends = any(result.critical and result.status in ("UNKNOWN", "INCONCLUSIVE") for result in counted)
    status = "FAILED" if failed or open_ends or not complete else "PASSED"
    return SuiteResult(
        status=status,
        exit_code=0 if status == "PASSED" else 1,
        critical=True,
        duration_seconds=round(seconds, 3),
        results=mine,
    )


def _recommendations(results: tuple[Result, ...], scores: Scores) -> tuple[str, ...]:
    """What to do, from what was found: the dearest finding first, then what would decide what is open."""
    cost = {line.check: line.points for line in scores.ledger}
    failed = [result for result in results if result.status == "FAIL" and not result.advisory]
    failed.sort(key=lambda result: (result.severity != "blocker", -cost.get(result.check, 0.0)))
    lines = []
    for result in failed:
        advice = f" {result.remediation.text}" if result.remediation else ""
        lines.append(f"{result.check}: {result.reason.rstrip('.')}.{advice}")
    open_results = [result for result in results if result.check in scores.decisions[0].would_decide]
    lines += [f"{result.check}: not decided; {result.reason}" for result in open_results]
    return tuple(lines[:RECOMMENDATIONS])

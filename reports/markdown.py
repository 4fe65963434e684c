"""Writes ``summary.md`` for the job summary of a CI run: the verdict, what blocks it, what needs a reader.

It stays under 65 000 bytes, well within the 1 MiB that a step may add to a job summary; what does not fit is counted.
Nothing that a target said can become markup, a link or a mention.
"""

from collections.abc import Iterable

from readiness import Decision, Report, reporter

from ._markup import Page, listed, safe
from ._sections import SIGNS, change_table, findings_table, opening
from ._wording import (
    NOT_MEASURED,
    clean,
    duration,
    named,
    observed,
    percent,
    percent_range,
    required,
    suite_details,
    tally_sentence,
    weight,
    why,
    words,
)


@reporter()
def markdown(report: Report) -> dict[str, str]:
    """A job summary."""
    page = Page()
    opening(page, report)
    page.table("Result", ("", ""), _figures(report))
    page.table(
        "Blockers",
        ("Check", "Observed", "Required", "Why"),
        [_blocker(report, entry) for entry in report.deployment_blockers],
    )
    columns = ("Policy", "Verdict", "Why", "Next")
    page.table("Decisions", columns, [_decision(decision) for decision in report.decisions])
    page.table("Service tiers", columns, [_decision(decision) for decision in report.tier_decisions])
    change_table(page, report)
    page.table("Waivers", ("Id", "Check", "State", "Reason", "Owner", "Last day"), list(_waivers(report)))
    page.table("Categories", ("Category", "Score", "Interval", "Coverage", "Weight", ""), list(_categories(report)))
    page.table("Suites", ("Suite", "Status", "Critical", "Details"), list(_suites(report)))
    findings_table(page, report)
    page.table(
        "Recommendations",
        ("#", "What to do"),
        [(str(n), safe(text)) for n, text in enumerate(report.recommendations, 1)],
    )
    return {"summary.md": page.text}


def _figures(report: Report) -> list[tuple[str, str]]:
    interval = percent_range(report.overall_interval.low, report.overall_interval.high)
    figures = [
        ("Deployment ready", "yes" if report.deployment_ready else "no"),
        ("Score", f"**{percent(report.overall_score)}** (between {interval})"),
        ("Coverage", percent(report.coverage)),
        ("Critical pass rate", percent(report.critical_pass_rate)),
        ("Success rate", percent(report.overall_success_rate)),
        ("Findings", tally_sentence(report.results)),
        ("Duration", duration(report.test_duration_seconds)),
        ("Target", safe(report.target)),
        ("Run", f"{safe(report.run)}, {safe(report.timestamp)}"),
    ]
    if report.raw_score != report.overall_score:
        figures.insert(2, ("Score without waivers and cap", percent(report.raw_score)))
    return figures


def _blocker(report: Report, entry: str) -> tuple[str, ...]:
    result = named(report, entry)
    if result is None:
        return (safe(entry), "", "", "")
    return (safe(result.check), safe(observed(result)), safe(required(result)), safe(why(result)))


def _decision(decision: Decision) -> tuple[str, ...]:
    following = ""
    if decision.would_make_ready:
        following = f"repair {listed(decision.would_make_ready)}"
    elif decision.would_decide:
        following = f"decide {listed(decision.would_decide)}"
    return (safe(decision.policy), f"{SIGNS[decision.verdict]} {decision.verdict}", safe(decision.reason), following)


def _categories(report: Report) -> Iterable[tuple[str, ...]]:
    for line in report.categories:
        interval = percent_range(line.interval.low, line.interval.high)
        state = "passed" if line.passed else "not passed" if line.score is not None else NOT_MEASURED
        yield (
            words(line.category),
            percent(line.score),
            interval,
            percent(line.coverage),
            weight(line.weight),
            state,
        )


def _suites(report: Report) -> Iterable[tuple[str, ...]]:
    for name, suite in report.detailed_results.items():
        yield (
            safe(words(name)),
            suite.status.replace("_", " "),
            "yes" if suite.critical else "no",
            safe(suite_details(suite)),
        )


def _waivers(report: Report) -> Iterable[tuple[str, ...]]:
    states = {state.waiver.id: state for state in report.waiver_states}
    for waiver in report.waivers:
        state = states.get(waiver.id)
        became = f"{state.status}: {clean(state.reason)}" if state else ""
        yield tuple(safe(v) for v in (waiver.id, waiver.check, became, waiver.reason, waiver.owner, waiver.expires))

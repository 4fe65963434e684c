"""Parts that the job summary and the comment of a pull request share: what stands first, what changed, what is open."""

from readiness import Report, Result

from ._markup import Page, safe
from ._wording import (
    STATE_WORDS,
    changes_worst_first,
    first_lines,
    flags,
    observed,
    score_change,
    status_change,
    unfit_sentence,
    value_change,
    verdict_change,
    why,
    worst_first,
)

SIGNS = {"READY": "✅", "NOT READY": "⛔", "INCONCLUSIVE": "⚠️"}
STATE_SIGNS = {
    "FAIL": "❌",
    "ERROR": "💥",
    "INCONCLUSIVE": "❔",
    "UNKNOWN": "❔",
    "WARN": "🟡",
    "PASS": "✅",
    "SKIPPED": "⏭️",
    "NOT_APPLICABLE": "➖",
}
CHANGES = {
    "better": "🔼 better",
    "worse": "🔽 worse",
    "changed": "🔁 changed",
    "added": "🆕 added",
    "removed": "🗑️ removed",
}


def opening(page: Page, report: Report) -> None:
    """Write what stands before everything else: a part, an end too soon, an unfit machine; then the verdict and why."""
    for line in [*first_lines(report), unfit_sentence(report)]:
        if line:
            page.add(f"> **{safe(line)}**\n")
    page.add(f"## {SIGNS[report.verdict]} {report.verdict}\n")
    page.add(f"{safe(report.reason)}\n")


def change_table(page: Page, report: Report) -> None:
    """Write what moved since the baseline, and by whom; nothing where there is none."""
    change = report.change
    if change is None:
        return
    page.add(f"\n### Change since {safe(change.baseline)} ({safe(change.baseline_timestamp)})\n")
    page.add(f"**{verdict_change(change)}**, {score_change(change)}, {change.unchanged} checks unchanged.\n")
    page.add(safe(change.attribution.sentence))
    rows = [
        (CHANGES[one.kind], safe(one.check), status_change(one), safe(value_change(one)), safe(one.sentence))
        for one in changes_worst_first(change)
    ]
    page.table("Changed checks", ("Change", "Check", "State", "Value", "What happened"), rows)


def findings_table(page: Page, report: Report) -> None:
    """Write every result that a reader should look at, worst first."""
    open_results = [r for r in worst_first(report.results) if r.status not in ("PASS", "NOT_APPLICABLE")]
    columns = ("State", "Check", "Severity", "Observed", "Why")
    page.table("What needs a reader", columns, [_finding(result) for result in open_results])


def _finding(result: Result) -> tuple[str, ...]:
    state = " · ".join([f"{STATE_SIGNS[result.status]} {STATE_WORDS[result.status]}", *flags(result)])
    return state, safe(result.check), result.severity, safe(observed(result)), safe(why(result))

"""Writes ``summary.md`` for the job summary of a CI run: the verdict, what blocks it, what needs a reader.

It stays under 65 000 bytes, the size of a GitHub check summary; what does not fit is counted. Nothing that a target
said can become markup, a link or a mention.
"""

import re
from collections.abc import Iterable, Sequence

from readiness import Decision, Report, Result, reporter

from ._wording import (
    NOT_MEASURED,
    STATE_WORDS,
    clean,
    duration,
    first_lines,
    flags,
    named,
    observed,
    percent,
    percent_range,
    required,
    suite_details,
    tally_sentence,
    weight,
    words,
    worst_first,
)

LIMIT = 65_000
CELL = 300
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
# Underscores inside a word and colons before a space mean nothing in Markdown and stay readable.
_MARKUP = re.compile(r"[&<>`*~\[\]|\\$]|(?<!\w)_|_(?!\w)|:(?=\S)|^[-+=#]|(?<=^\d)[.)](?=\s)")
_NOTE_ROOM = 200


class _Page:
    """Lines within a budget of bytes; rows that no longer fit are counted, never lost silently."""

    def __init__(self) -> None:
        self.text = ""
        self._size = 0

    def add(self, line: str = "", *, room: int = _NOTE_ROOM) -> bool:
        size = len(line.encode()) + 1
        if self._size + size > LIMIT - room:
            return False
        self.text += line + "\n"
        self._size += size
        return True

    def table(self, heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table under a heading; nothing where there are no rows."""
        head = f"\n### {heading}\n\n| {' | '.join(columns)} |\n|{' --- |' * len(columns)}"
        if not rows or not self.add(head, room=2 * _NOTE_ROOM):
            return
        for count, row in enumerate(rows):
            if not self.add(f"| {' | '.join(row)} |"):
                self.add(f"\n*{len(rows) - count} more in report.html*", room=0)
                return


@reporter()
def markdown(report: Report) -> dict[str, str]:
    """A job summary."""
    page = _Page()
    for line in first_lines(report):
        page.add(f"> **{_safe(line)}**\n")
    page.add(f"## {SIGNS[report.verdict]} {report.verdict}\n")
    page.add(f"{_safe(report.reason)}\n")
    page.table("Result", ("", ""), _figures(report))
    page.table(
        "Blockers",
        ("Check", "Observed", "Required", "Why"),
        [_blocker(report, entry) for entry in report.deployment_blockers],
    )
    page.table(
        "Decisions", ("Policy", "Verdict", "Why", "Next"), [_decision(decision) for decision in report.decisions]
    )
    page.table("Categories", ("Category", "Score", "Interval", "Coverage", "Weight", ""), list(_categories(report)))
    page.table("Suites", ("Suite", "Status", "Critical", "Details"), list(_suites(report)))
    open_results = [r for r in worst_first(report.results) if r.status not in ("PASS", "NOT_APPLICABLE")]
    page.table(
        "What needs a reader", ("State", "Check", "Severity", "Observed", "Why"), [_finding(r) for r in open_results]
    )
    page.table(
        "Recommendations",
        ("#", "What to do"),
        [(str(n), _safe(text)) for n, text in enumerate(report.recommendations, 1)],
    )
    page.table(
        "Waivers",
        ("Id", "Check", "Reason", "Owner", "Expires"),
        [tuple(_safe(v) for v in (w.id, w.check, w.reason, w.owner, w.expires)) for w in report.waivers],
    )
    return {"summary.md": page.text}


def _figures(report: Report) -> list[tuple[str, str]]:
    interval = percent_range(report.overall_interval.low, report.overall_interval.high)
    return [
        ("Deployment ready", "yes" if report.deployment_ready else "no"),
        ("Score", f"**{percent(report.overall_score)}** (between {interval})"),
        ("Coverage", percent(report.coverage)),
        ("Critical pass rate", percent(report.critical_pass_rate)),
        ("Success rate", percent(report.overall_success_rate)),
        ("Findings", tally_sentence(report.results)),
        ("Duration", duration(report.test_duration_seconds)),
        ("Target", _safe(report.target)),
        ("Run", f"{_safe(report.run)}, {_safe(report.timestamp)}"),
    ]


def _blocker(report: Report, entry: str) -> tuple[str, ...]:
    result = named(report, entry)
    if result is None:
        return (_safe(entry), "", "", "")
    return (_safe(result.check), _safe(observed(result)), _safe(required(result)), _safe(result.reason))


def _decision(decision: Decision) -> tuple[str, ...]:
    following = ""
    if decision.would_make_ready:
        following = f"repair {_list(decision.would_make_ready)}"
    elif decision.would_decide:
        following = f"decide {_list(decision.would_decide)}"
    return (_safe(decision.policy), f"{SIGNS[decision.verdict]} {decision.verdict}", _safe(decision.reason), following)


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
            _safe(words(name)),
            suite.status.replace("_", " "),
            "yes" if suite.critical else "no",
            _safe(suite_details(suite)),
        )


def _finding(result: Result) -> tuple[str, ...]:
    state = " · ".join([f"{STATE_SIGNS[result.status]} {STATE_WORDS[result.status]}", *flags(result)])
    return state, _safe(result.check), result.severity, _safe(observed(result)), _safe(result.reason)


def _list(checks: Sequence[str]) -> str:
    shown = ", ".join(_safe(check) for check in checks[:10])
    return f"{shown} and {len(checks) - 10} more" if len(checks) > 10 else shown


def _safe(text: object) -> str:
    """One line in which no character is markup; mentions and issue numbers are cut by a zero-width space."""
    plain = re.sub(r"(?i)\bwww\.|@|#(?=\d)", lambda match: f"{match.group()}\u200b", clean(text, CELL))
    return _MARKUP.sub(lambda match: f"&#{ord(match.group())};", plain)

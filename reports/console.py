"""Prints the report in the terminal: suites, categories, what went wrong and why, then the verdict.

Whatever a target said is plain text here: it never reaches the terminal as an escape sequence nor Rich as markup.
"""

import re
from io import StringIO
from math import isfinite

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from readiness import CategoryScore, Decision, Report, Result, SuiteResult, reporter

from ._wording import (
    STATE_WORDS,
    changes_worst_first,
    clean,
    duration,
    first_lines,
    flags,
    loud_waivers,
    named,
    observed,
    origin_sentence,
    percent,
    percent_range,
    required,
    score_change,
    status_change,
    suite_details,
    tally_sentence,
    unfit_sentence,
    value_change,
    verdict_change,
    waiver_sentence,
    weight,
    words,
    worst_first,
)

VERDICTS = {"READY": ("✔", "green"), "NOT READY": ("✘", "red"), "INCONCLUSIVE": ("◆", "yellow")}
STATES = {
    "FAIL": ("✘", "red"),
    "ERROR": ("▲", "magenta"),
    "INCONCLUSIVE": ("◆", "yellow"),
    "UNKNOWN": ("◇", "yellow"),
    "WARN": ("◐", "cyan"),
    "PASS": ("✔", "green"),
    "SKIPPED": ("○", "dim"),
    "NOT_APPLICABLE": ("–", "dim"),
}
SUITE_STATES = {"PASSED": "green", "FAILED": "red", "ERROR": "magenta", "NOT_RUN": "yellow"}
QUIET = ("PASS", "WARN", "SKIPPED", "NOT_APPLICABLE")
CHANGES = {"worse": ("▼", "red"), "removed": ("−", "yellow"), "changed": ("↔", "yellow"), "added": ("+", "cyan")}
MOST_CHANGES = 10
BAR = 24
# What the runner of GitHub Actions would take for a command of ours: "::name::" at the start of a line, "##[name]" anywhere.
_COMMAND = re.compile(r"(?m)^([^\S\n]*(?:\x1b\[[0-9;]*m)*[^\S\n]*):(?=:)|##(?=\[)")


@reporter(terminal=True)
def console(report: Report, *, width: int = 100, colour: bool = True, verbose: bool = False) -> str:
    """The report for the terminal; ``verbose`` lists every result."""
    out = StringIO()
    # The environment of the terminal is the caller's business: the same report gives the same text everywhere.
    terminal = Console(
        file=out,
        width=max(width, 40),
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    for part in _parts(report, verbose):
        terminal.print(part)
    return _COMMAND.sub(lambda match: f"{match.group()}\u200b", out.getvalue())


def _parts(report: Report, verbose: bool) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(line, style="bold yellow") for line in first_lines(report)]
    parts += [_heading(report), _suites(report), _categories(report)]
    if findings := _findings(report, verbose):
        parts += [Text(), *findings]
    if news := _news(report, verbose):
        parts += [Text(), *news]
    parts += [Text(), _verdict(report)]
    if report.recommendations:
        parts.append(_recommendations(report))
    return parts


def _heading(report: Report) -> Text:
    target, run = clean(report.target, 200), clean(report.run, 80)
    return Text.assemble((target, "bold"), (f"   {run}   {clean(report.timestamp, 40)}", "dim"))


def _suites(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False)
    table.add_column("Category", ratio=3, overflow="fold")
    table.add_column("Status", no_wrap=True)
    table.add_column("Critical", no_wrap=True)
    table.add_column("Details", ratio=6, overflow="fold")
    for name, suite in report.detailed_results.items():
        table.add_row(
            Text(words(name)), _suite_state(suite), Text("YES" if suite.critical else "no"), Text(suite_details(suite))
        )
    if not report.detailed_results:
        table.add_row(Text("nothing ran", style="yellow"), "", "", "")
    return table


def _suite_state(suite: SuiteResult) -> Text:
    return Text(suite.status.replace("_", " "), style=f"bold {SUITE_STATES[suite.status]}")


def _categories(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", style="dim")
    table.add_column(justify="right", style="dim")
    for line in report.categories:
        interval = percent_range(line.interval.low, line.interval.high)
        table.add_row(
            Text(words(line.category)), _bar(line), percent(line.score), interval, f"weight {weight(line.weight)}"
        )
    return table


def _bar(line: CategoryScore) -> Text:
    """Full cells up to the low end, half-tone up to the score, light tone up to the high end."""
    if line.score is None:
        return Text("·" * BAR, style="dim")
    low, score, high = (_cells(share) for share in (line.interval.low, line.score, line.interval.high))
    low, high = min(low, score), max(high, score)
    colour = "green" if line.passed else "red"
    cells = "█" * low + "▓" * (score - low) + "▒" * (high - score)
    return Text.assemble((cells, colour), ("░" * (BAR - high), "dim"))


def _cells(share: float) -> int:
    return int(max(0.0, min(1.0, share)) * BAR) if isfinite(share) else 0


def _findings(report: Report, verbose: bool) -> list[RenderableType]:
    blockers = [(entry, named(report, entry)) for entry in report.deployment_blockers]
    parts: list[RenderableType] = []
    if blockers:
        parts.append(Text("Blockers", style="bold red"))
        parts += [_finding(result) if result else Text(f"✘ {clean(entry)}", style="red") for entry, result in blockers]
    shown = {id(result) for _, result in blockers if result}
    rest = [r for r in worst_first(report.results) if id(r) not in shown and (verbose or r.status not in QUIET)]
    if rest:
        parts.append(Text("Every result" if verbose else "Failed and undecided", style="bold"))
        parts += [_finding(result) for result in rest]
    return parts


def _finding(result: Result) -> RenderableType:
    sign, colour = STATES[result.status]
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, width=16)
    grid.add_column(overflow="fold")
    head = Text.assemble(
        (clean(result.check, 120), "bold"), (f"  {' · '.join([result.severity, *flags(result)])}", "dim")
    )
    body = [head, Text(clean(result.reason))]
    if result.value is not None and result.limit is not None:
        body.append(Text(f"observed {observed(result)}, required {required(result)}", style="dim"))
    if origin := origin_sentence(result):
        body.append(Text(f"evidence: {origin}", style="dim"))
    if result.status == "FAIL" and result.reproduce:
        body.append(Text(f"reproduce: {clean(result.reproduce)}", style="dim"))
    grid.add_row(Text(f"{sign} {STATE_WORDS[result.status]}", style=colour), Group(*body))
    return grid


def _news(report: Report, verbose: bool) -> list[RenderableType]:
    """What moved since the baseline, and the waivers that a reader must know about."""
    parts: list[RenderableType] = []
    if change := report.change:
        since = f"Since {clean(change.baseline, 80)}: "
        parts.append(Text.assemble((since, "bold"), f"{verdict_change(change)}, {score_change(change)}"))
        parts.append(Text(clean(change.attribution.sentence), style="dim"))
        changes = changes_worst_first(change)
        shown = changes if verbose else changes[:MOST_CHANGES]
        for one in shown:
            sign, colour = CHANGES.get(one.kind, ("▲", "green"))
            facts = ", ".join(part for part in (status_change(one), value_change(one)) if part)
            parts.append(Text.assemble((f"{sign} {one.kind} ", colour), f"{clean(one.check, 120)}: {facts}"))
        if left := len(changes) - len(shown):
            parts.append(Text(f"{left} more changes; --verbose shows them all", style="dim"))
    if waivers := loud_waivers(report):
        parts.append(Text("Waivers", style="bold"))
        parts += [Text(f"◐ {waiver_sentence(state)}", style="yellow") for state in waivers]
    return parts


def _verdict(report: Report) -> Panel:
    sign, colour = VERDICTS[report.verdict]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    interval = percent_range(report.overall_interval.low, report.overall_interval.high)
    grid.add_row("Score", Text.assemble((percent(report.overall_score), "bold"), f"  between {interval}"))
    grid.add_row("Coverage", percent(report.coverage))
    grid.add_row("Critical pass rate", percent(report.critical_pass_rate))
    grid.add_row("Success rate", f"{percent(report.overall_success_rate)}  ({tally_sentence(report.results)})")
    grid.add_row("Categories", f"{report.passed_categories} of {report.total_categories} passed")
    grid.add_row("Duration", duration(report.test_duration_seconds))
    grid.add_row("Deployment ready", "YES" if report.deployment_ready else "NO")
    if unfit := unfit_sentence(report):
        grid.add_row("Machine", Text(unfit, style="yellow"))
    for decision in report.decisions:
        grid.add_row(Text(f"Policy {clean(decision.policy, 40)}"), _decision(decision))
    if report.tier_decisions:
        grid.add_row("Service tiers", _tiers(report))
    head = Text(f"{sign} {report.verdict}", style=f"bold {colour}")
    return Panel(
        Group(head, Text(clean(report.reason)), Text(), grid),
        border_style=colour,
        title="Verdict",
        title_align="left",
        padding=(1, 2),
    )


def _decision(decision: Decision) -> Text:
    text = Text.assemble((decision.verdict, f"bold {VERDICTS[decision.verdict][1]}"), f": {clean(decision.reason)}")
    for label, checks in (
        ("would make it READY", decision.would_make_ready),
        ("would decide it", decision.would_decide),
    ):
        if checks:
            text.append(f"\n{label}: {clean(', '.join(checks))}")
    return text


def _tiers(report: Report) -> Text:
    """One line: the verdict under the policy of each tier."""
    words_of = [(f"{clean(one.policy, 40)} ", (one.verdict, VERDICTS[one.verdict][1])) for one in report.tier_decisions]
    return Text("   ").join(Text.assemble(*pair) for pair in words_of)


def _recommendations(report: Report) -> Panel:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    for count, text in enumerate(report.recommendations, 1):
        grid.add_row(f"{count}.", Text(clean(text)))
    return Panel(grid, title="Recommendations", title_align="left", border_style="dim", padding=(1, 2))

"""readiness compare: what changed between two stored runs; with --candidate, between two versions that run in turn."""

import argparse
import asyncio
import html
import json
import sys
from pathlib import Path

from pydantic import ValidationError
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from readiness.archive import find_report, read_report
from readiness.attribution import attribute
from readiness.cli.history import PLAIN_WIDTH, printable, runs_folder
from readiness.comparison import compare, mismatches
from readiness.errors import ReadinessError, UsageError
from readiness.policy import Policy
from readiness.report import Attribution, Comparison, Report, ResultChange
from readiness.stored import PLAN, read_plan

STYLES = {"worse": "bold red", "better": "green", "removed": "yellow", "changed": "yellow", "added": ""}
RULES = ("catalogue_version", "policy_hash")
PARTS = ("service", "policy", "catalogue", "machine")


def command(asked: argparse.Namespace) -> int:
    """Print what changed; 1 only where something got worse and --fail-on-regression asks for it."""
    if asked.candidate or asked.baseline:
        if asked.runs:
            raise UsageError("either two stored runs, or --candidate and --baseline with the commands of two versions")
        from readiness.cli import paired

        return paired.command(asked)
    if len(asked.runs) != 2:
        raise UsageError(
            f"{len(asked.runs)} runs are given; it takes two, for instance `readiness compare previous last`"
        )
    if not 0 <= asked.min_effect < 10:
        raise UsageError(f"--min-effect {asked.min_effect:g}: right would be a share from 0 to 10, as 0.1 for 10 %")
    output = runs_folder(asked.output)
    older, newer = (find_report(name, output) for name in asked.runs)
    before, after = read_report(older), read_report(newer)
    found = compare(before, after, attribution=_judged(before, older.parent, after), min_effect=asked.min_effect)
    warnings = mismatches(before, after)
    if asked.format == "json":
        print(found.model_dump_json(indent=2))
    elif asked.format == "markdown":
        print(markdown(found, after.run, warnings))
    else:
        _show(found, after.run, warnings)
    return 1 if asked.fail_on_regression and found.regressions else 0


def _judged(before: Report, home: Path, after: Report) -> Attribution | None:
    """What moved the score, by the older evidence judged again; None where the rules are the same or that cannot be done."""
    catalogue, policy = ([report.environment.get(name) for report in (before, after)] for name in RULES)
    if (catalogue[0] == catalogue[1] and policy[0] == policy[1]) or not (home / PLAN).is_file():
        return None
    from readiness.earlier import judged_again  # judging loads the catalogue, which most comparisons do not need

    try:
        under_own_policy = asyncio.run(judged_again(home, read_plan(home).policy))
        new_policy = Policy.model_validate_json(json.dumps(after.policy))
        under_new_policy = asyncio.run(judged_again(home, new_policy))
    except (ReadinessError, ValidationError) as error:
        sys.stderr.write(f"the older run cannot be judged again: {error}\n")
        return None
    if under_own_policy.environment.get(RULES[0]) != catalogue[1]:
        return None  # the newer run's catalogue is not the one that is installed
    return attribute(before, under_own_policy, under_new_policy, after)


# --- terminal -------------------------------------------------------------------------------------------------------


def _show(found: Comparison, run: str, warnings: tuple[str, ...]) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    if warnings:
        console.print(Text("NOT LIKE FOR LIKE: " + "; ".join(map(printable, warnings)), "bold yellow"))
    console.print(Text(f"{printable(found.baseline)} -> {printable(run)}", "bold"))
    console.print(Text(f"Verdict {found.verdict_before} -> {found.verdict_after}, {scores_of(found)}"))
    console.print(Text(printable(found.attribution.sentence)))
    if found.changes:
        table = Table("Change", "Check", "What", box=SIMPLE_HEAD, padding=(0, 1))
        for change in found.changes:
            table.add_row(
                Text(change.kind, STYLES[change.kind]), printable(change.check), Text(printable(_rest(change)))
            )
        console.print(table)
    console.print(Text(f"{found.unchanged} checks did not change by more than the noise."))
    if found.regressions:
        console.print(Text(f"Got worse: {', '.join(map(printable, found.regressions))}", "bold red"))


def _rest(change: ResultChange) -> str:
    """The sentence without the name that it begins with."""
    return change.sentence.removeprefix(change.check).strip()


def scores_of(found: Comparison) -> str:
    """Say both scores."""
    told = ["none" if score is None else f"{score:.3f}" for score in (found.score_before, found.score_after)]
    return f"score {' -> '.join(told)}"


# --- markdown -------------------------------------------------------------------------------------------------------


def markdown(found: Comparison, run: str, warnings: tuple[str, ...]) -> str:
    """Return the comparison as a page for a pull request."""
    lines = [f"## {_inert(found.baseline)} → {_inert(run)}", ""]
    lines += [f"> **Not like for like:** {'; '.join(map(_inert, warnings))}", ""] if warnings else []
    lines += [
        f"**{found.verdict_before} → {found.verdict_after}**, {scores_of(found)}. {_inert(found.attribution.sentence)}",
        "",
    ]
    lines += _parts(found.attribution)
    if found.changes:
        lines += ["| change | check | what |", "|---|---|---|"]
        lines += [f"| {change.kind} | {_inert(change.check)} | {_inert(_rest(change))} |" for change in found.changes]
        lines.append("")
    lines.append(f"{found.unchanged} checks did not change by more than the noise.")
    return "\n".join(lines)


def _parts(attribution: Attribution) -> list[str]:
    values = {name: getattr(attribution, name) for name in PARTS}
    if not any(values.values()):
        return []
    row = " | ".join(f"{value:+.4f}" for value in values.values())
    return [f"| {' | '.join(PARTS)} |", "|" + "---:|" * len(PARTS), f"| {row} |", ""]


def _inert(text: str) -> str:
    """A target's words are neither markup, nor HTML, nor a link or a mention."""
    escaped = "".join(
        f"\\{letter}" if letter in "\\|*_`[]#~" else letter for letter in html.escape(printable(text), quote=False)
    )
    return escaped.replace("@", "@\u200b").replace("://", ":\u200b//")

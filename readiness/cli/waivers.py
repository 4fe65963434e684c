"""readiness waivers list|lint: what is accepted, by whom, until when, and whether it still holds."""

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from readiness.cli.policy import report_findings, sources, today
from readiness.errors import UsageError
from readiness.policy import Policy
from readiness.policy_lint import complaints_about_waivers, warnings_about_waivers
from readiness.report import Report, WaiverState
from readiness.waivers import calendar_states, waiver_states

REPORT_FILES = "production_validation_report_*.json"


def command(asked: argparse.Namespace) -> int:
    """List the waivers of a policy or of a run, or say what is wrong with them."""
    if asked.action == "list" and asked.run:
        report = _report(Path(asked.run))
        return _show(_states_in(report), f"in run {report.run} of {report.target}")
    layers, settings, catalog = sources(asked)
    policy, day = layers[-1].policy, today(asked)
    if asked.action == "list":
        return _show(calendar_states(policy, day, settings.target.name), f"on {day} (UTC), without a run")
    warnings = warnings_about_waivers(policy, day, settings.target.name)
    complaints = complaints_about_waivers(policy, catalog, settings.evidence)
    return report_findings(complaints, warnings, f"waivers of policy {policy.name}")


def _show(states: Iterable[WaiverState], where: str) -> int:
    states = list(states)
    if not states:
        print(f"Nothing is waived {where}.")
        return 0
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    table = Table("Id", "Check", "Owner", "Expires", "Days left", "Status", "Why", title=f"Waivers {where}")
    for state in states:
        of = state.waiver
        cells = (of.id, of.check, of.owner, of.expires, str(state.days_left), state.status, state.reason)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    return 0


def _report(run: Path) -> Report:
    """Read the JSON report of a run, given as its folder or as the file itself."""
    path = run if run.is_file() else max(run.glob(REPORT_FILES), default=None)
    if path is None:
        raise UsageError(f"--run {run}: holds no report ({REPORT_FILES}); `readiness judge {run}` writes it")
    try:
        return Report.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise UsageError(f"--run {path}: is no report of this version: {str(error).splitlines()[0]}") from None


def _states_in(report: Report) -> tuple[WaiverState, ...]:
    """What the report says; one that only lists its waivers is judged as of the day that it was made."""
    if report.waiver_states or not report.waivers:
        return report.waiver_states
    try:
        policy = Policy.model_validate_json(json.dumps(report.policy))
    except ValidationError:
        raise UsageError(f"--run: the policy of {report.run} is not one of this version") from None
    return waiver_states(policy, report.results, datetime.fromisoformat(report.timestamp).date(), report.target)

"""readiness judge RUN: the same evidence, judged again; also what the watchdog calls when a gate was killed."""

import argparse
import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

from readiness import events
from readiness.cli.run import exit_code, screen, unwritten_code
from readiness.earlier import completed, under_other_rules
from readiness.errors import UsageError
from readiness.judging import judge_stored
from readiness.loader import load
from readiness.policy import policy_hash
from readiness.policy_source import read_policy
from readiness.report import Report
from readiness.settings import Settings
from readiness.stored import read_plan
from readiness.targeting import TargetSpec


def command(asked: argparse.Namespace) -> int:
    """Judge a stored run and print the verdict.

    Under its own policy the run's reports are written anew, byte for byte the same; under another, or on another day, the
    new ones go to a folder beside them, and say what the policy changed.
    """
    folder = Path(asked.run)
    planned = read_plan(folder)
    catalog = load(Path(name) for name in planned.plugins)
    if gone := [id for id in planned.checks if id not in catalog.checks]:
        raise UsageError(
            f"{folder}: was held against checks that are not here: {', '.join(gone)};"
            " right would be the plugins and the version that it was run with (fewer checks must not mean a better score)"
        )
    policy, output = planned.policy, Path(asked.output) if asked.output else None
    if asked.policy:
        settings = Settings(
            target=TargetSpec(name=planned.target, address="stored"),
            environment=planned.environment,
            evidence=planned.evidence,
        )
        policy = read_policy(asked.policy, settings, catalog)
    other = policy != planned.policy or asked.today is not None
    if other and output is None:
        day = f"-{asked.today}" if asked.today else ""
        output = folder / "judged" / f"{_file_name(policy.name)}-{policy_hash(policy)}{day}"
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
    finish = under_other_rules(folder) if other else completed(folder, folder.parent)
    judging = judge_stored(
        folder,
        policy=policy,
        interrupted=asked.interrupted,
        lost=asked.ended or "",
        finish=finish,
        output=output,
        today=asked.today,
    )
    report, unwritten = asyncio.run(_last(judging))
    screen(catalog, report, planned.reporter_options, verbose=asked.verbose)
    print(f"Reports: {output or folder}")
    return exit_code(report) or unwritten_code(unwritten)


def _file_name(text: str) -> str:
    """A policy may have any name; what a file name may not hold becomes a dash."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-.")[:60] or "policy"


async def _last(judging: AsyncIterator[events.Event]) -> tuple[Report, list[str]]:
    """Return the report, and the reporters that could not write it."""
    report: Report | None = None
    unwritten = []
    async for event in judging:
        if isinstance(event, events.RunFinished):
            report = event.report
        elif isinstance(event, events.ReporterFailed):
            unwritten.append(event.reporter)
    assert report is not None, "judging always ends with a report"
    return report, unwritten

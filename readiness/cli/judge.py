"""readiness judge RUN: the same evidence, judged again; also what the watchdog calls when a gate was killed."""

import argparse
import asyncio
import re
from pathlib import Path

from readiness import events
from readiness.cli.run import exit_code, screen
from readiness.earlier import completed, under_other_rules
from readiness.judging import Finish, judge_stored
from readiness.loader import load
from readiness.policy import Policy, policy_hash
from readiness.policy_source import read_policy
from readiness.report import Report
from readiness.settings import Settings
from readiness.stored import read_plan
from readiness.targeting import TargetSpec


def command(asked: argparse.Namespace) -> int:
    """Judge a stored run and print the verdict.

    Under its own policy the run's reports are written anew, byte for byte the same; under another, the new ones go to a
    folder beside them, and say what the policy changed.
    """
    folder = Path(asked.run)
    planned = read_plan(folder)
    catalog = load(Path(name) for name in planned.plugins)
    policy, output = planned.policy, Path(asked.output) if asked.output else None
    if asked.policy:
        settings = Settings(target=TargetSpec(name=planned.target, address="stored"), environment=planned.environment)
        policy = read_policy(asked.policy, settings, catalog)
        if policy != planned.policy and output is None:
            output = folder / "judged" / f"{_file_name(policy.name)}-{policy_hash(policy)}"
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
    finish = completed(folder, folder.parent) if policy == planned.policy else under_other_rules(folder)
    report = asyncio.run(_judged(folder, policy, finish, output, interrupted=asked.interrupted))
    screen(catalog, report, verbose=asked.verbose)
    print(f"Reports: {output or folder}")
    return exit_code(report)


def _file_name(text: str) -> str:
    """A policy may have any name; what a file name may not hold becomes a dash."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-.")[:60] or "policy"


async def _judged(
    folder: Path, policy: Policy, finish: Finish | None, output: Path | None, *, interrupted: bool
) -> Report:
    stored = judge_stored(folder, policy=policy, interrupted=interrupted, finish=finish, output=output)
    report: Report | None = None
    async for event in stored:
        if isinstance(event, events.RunFinished):
            report = event.report
    assert report is not None, "judging always ends with a report"
    return report

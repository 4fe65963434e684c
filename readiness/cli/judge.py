"""readiness judge RUN: the same evidence, judged again; also what the watchdog calls when a gate was killed."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from readiness import events
from readiness.cli.run import CODES, read_policy, screen
from readiness.errors import UsageError
from readiness.job import Job, new_scratch, write_job
from readiness.judging import judge_run
from readiness.loader import Catalog, load
from readiness.model import NotApplicable, Outcome, Skipped, Unknown
from readiness.plan import Plan
from readiness.policy import Policy
from readiness.report import Report, Scope
from readiness.settings import RunEnvironment, Settings
from readiness.targeting import TargetSpec
from readiness.watchdog import remove_scratch

SETTLED: dict[str, type[Unknown] | type[NotApplicable] | type[Skipped]] = {
    "unknown": Unknown,
    "not_applicable": NotApplicable,
    "skipped": Skipped,
}


def command(asked: argparse.Namespace) -> int:
    """Judge a stored run and print the verdict; the run's reports are written anew."""
    folder = Path(asked.run)
    if not (folder / "plan.json").is_file():
        raise UsageError(f"{folder}: is not a run (it has no plan.json)")
    stored = json.loads((folder / "plan.json").read_text())
    catalog = load(Path(name) for name in stored["plugins"])
    settings = Settings(
        target=TargetSpec(name=stored["target"], address="stored"),
        environment=RunEnvironment.model_validate(stored["environment"]),
    )
    policy = (
        read_policy(asked.policy, settings)
        if asked.policy
        else Policy.model_validate_json(json.dumps(stored["policy"]))
    )
    plan = _plan(stored, catalog, settings, policy)
    report = asyncio.run(_judge(plan, stored, folder, interrupted=asked.interrupted))
    screen(catalog, report, verbose=asked.verbose)
    return 130 if report.interrupted else CODES[report.verdict]


def _plan(stored: dict[str, Any], catalog: Catalog, settings: Settings, policy: Policy) -> Plan:
    settled: dict[str, Outcome] = {id: SETTLED[o["kind"]](o["reason"]) for id, o in stored["settled"].items()}
    return Plan(
        checks=tuple(catalog.check(id) for id in stored["checks"]),
        scenarios=tuple(catalog.scenarios[id] for id in stored["scenarios"]),
        settled=settled,
        scenario_options=stored["scenario_options"],
        check_options=stored["check_options"],
        profile=stored["profile"],
        scope=Scope.model_validate(stored["scope"]),
        settings=settings,
        policy=policy,
        catalog=catalog,
    )


async def _judge(plan: Plan, stored: dict[str, Any], folder: Path, *, interrupted: bool) -> Report:
    scratch = new_scratch()
    job = Job(
        run=stored["run"], folder=str(folder.resolve()), scratch=str(scratch), spec=plan.settings.target,
        plugins=tuple(stored["plugins"]), profile=stored["profile"], seed=stored["seed"],
        environment=plan.settings.environment, scenario_options=stored["scenario_options"],
        check_options=stored["check_options"],
        check_scenarios={check.id: check.needs for check in plan.checks if check.id not in plan.settled},
    )  # fmt: skip
    write_job(job)
    report: Report | None = None
    try:
        async for event in judge_run(plan, job, {}, seconds=0.0, interrupted=interrupted):
            if isinstance(event, events.RunFinished):
                report = event.report
    finally:
        remove_scratch(scratch)
    assert report is not None, "judging always ends with a report"
    return report

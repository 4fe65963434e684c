"""One round of a self-test in a process of its own: a run without report files, whose results are printed as JSON.

python -m readiness.cli.self_test_round SPEC   with the fields of a Round as JSON
"""

import argparse
import asyncio
import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness import engine, events
from readiness.cli.run import prepare, with_mutant
from readiness.errors import ReadinessError, TargetError
from readiness.plan import Plan, make_plan
from readiness.policy_source import read_policy
from readiness.report import Report

SEED = 7
"""Of the first round; each further one has the next, so that rounds are not copies of one another."""


@dataclass(frozen=True)
class Round:
    """What is to be run: the target with a planted defect, or without one, and which checks look at it."""

    defect: str
    """Empty: the healthy target."""
    checks: tuple[str, ...]
    """Empty: all of the profile."""
    number: int
    """From 1."""
    config: str | None = None
    target: str | None = None
    plugins: tuple[str, ...] = ()
    profile: str | None = None


def main(arguments: list[str]) -> int:
    """Run a round; what keeps it from a result is part of what is printed."""
    told = json.loads(arguments[0])
    asked = Round(**{**told["round"], "checks": tuple(told["round"]["checks"])})
    try:
        answer = asyncio.run(_run(asked, Path(told["output"])))
    except ReadinessError as error:
        answer = {"failure": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


async def _run(asked: Round, output: Path) -> dict[str, Any]:
    plan = _plan(asked)
    state = engine.new_run(plan, plan.catalog, output, SEED + asked.number - 1, reports=False)
    interrupted = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, interrupted.set)
    report: Report | None = None
    async for event in engine.run(state, interrupted):
        if isinstance(event, events.RunFinished):
            report = event.report
    if state.failure or report is None:
        raise TargetError(state.failure or "the run ended without a report")
    if report.interrupted:
        raise TargetError("interrupted")
    return {
        "verdict": report.verdict,
        "fit": report.fitness.fit,
        "results": {result.check: [result.status, result.reason] for result in report.results},
    }


def _plan(asked: Round) -> Plan:
    settings, catalog = prepare(
        argparse.Namespace(config=asked.config, target=asked.target, plugins=list(asked.plugins))
    )
    if asked.defect:
        settings = with_mutant(settings, asked.defect)
    policy = read_policy(None, settings, catalog)
    profile: Any = asked.profile or settings.profile
    return make_plan(catalog, settings, policy, only=asked.checks, profile=profile)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

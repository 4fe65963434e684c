"""readiness run: plan, run, show, and exit with the verdict."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from readiness import engine, events
from readiness.archive import find_report, read_report
from readiness.cli.again import words_of
from readiness.cli.github import publish
from readiness.cli.progress import Progress
from readiness.comparison import why_regressed
from readiness.earlier import completed
from readiness.errors import ReadinessError, SettingsError, TargetError, UsageError, nearest
from readiness.loader import Catalog, load
from readiness.model import Verdict
from readiness.plan import Plan, make_plan
from readiness.plugins import options_of
from readiness.policy_source import read_policy
from readiness.report import Report
from readiness.settings import Settings, find_file, read_settings

CODES: dict[Verdict, int] = {"READY": 0, "NOT READY": 1, "INCONCLUSIVE": 3}


def command(asked: argparse.Namespace) -> int:
    """Run and return the exit code of the verdict."""
    settings, catalog = prepare(asked)
    if asked.mutant:
        settings = with_mutant(settings, asked.mutant)
    policy = read_policy(asked.policy, settings, catalog)
    plan = make_plan(
        catalog,
        settings,
        policy,
        categories=tuple(asked.categories),
        only=tuple(asked.check),
        profile=asked.profile or settings.profile,
        words=words_of(asked, Path.cwd()),
    )
    return asyncio.run(_run(asked, plan, catalog))


def prepare(asked: argparse.Namespace) -> tuple[Settings, Catalog]:
    """Read the settings and load the plugins that they and the arguments name."""
    path = find_file(asked.config, Path.cwd())
    settings = read_settings(path, address=asked.target)
    folders = [*(path.parent / name for name in settings.plugins), *(Path(name) for name in asked.plugins)]
    return settings, load(folders)


def with_mutant(settings: Settings, name: str) -> Settings:
    """Return the settings with a planted defect."""
    spec = settings.target
    for mutant in spec.mutants:
        if mutant.name == name:
            extra = mutant.arguments or tuple(word.replace("{mutant}", name) for word in spec.mutant_arguments)
            changed = {"start": (*spec.start, *extra), "environment": {**spec.environment, **mutant.environment}}
            return settings.model_copy(update={"target": spec.model_copy(update=changed)})
    known = [mutant.name for mutant in spec.mutants]
    raise UsageError(f"--mutant: unknown {name!r}{nearest(name, known)}; described: {', '.join(known) or 'none'}")


async def _run(asked: argparse.Namespace, plan: Plan, catalog: Catalog) -> int:
    output = Path(asked.output or plan.settings.output)
    baseline = find_report(asked.baseline, output) if asked.baseline else None
    if baseline is not None:
        read_report(baseline)  # one that cannot be read is refused before anything runs
    try:
        state = engine.new_run(
            plan, catalog, output, asked.seed, fail_fast=asked.fail_fast, reports=not asked.no_report
        )
    except OSError as error:
        raise SettingsError(f"--output {output}: {error.strerror}") from None
    report: Report | None = None
    unwritten: list[str] = []
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    state.finish = completed(state.folder, output, baseline)
    stream = engine.run(state, interrupted)
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, interrupted.set)
    with Progress(plan, interactive=sys.stderr.isatty() and not os.environ.get("CI")) as progress:
        async for event in stream:
            progress.show(event)
            if isinstance(event, events.ReporterFailed):
                unwritten.append(event.reporter)
            if isinstance(event, events.RunFinished):
                report = event.report
    if state.failure or report is None:
        raise state.failed(f"{state.failure or 'the run ended without a report'}\nrun folder: {state.folder}")
    screen(catalog, report, plan.reporter_options, verbose=asked.verbose)
    print(f"Reports: {state.folder}" if not asked.no_report else f"Recordings: {state.folder}")
    sys.stdout.write(publish(state.folder, os.environ))
    code = exit_code(report)
    if asked.fail_on_regression:
        code = _regressed(report, code)
    return code or unwritten_code(unwritten)


def _regressed(report: Report, code: int) -> int:
    """Say what --fail-on-regression found; only a READY run can still fail by it."""
    if report.change is None:
        print("readiness: --fail-on-regression: there is no earlier run alike to compare with")
        return code
    if not report.change.regressions:
        return code
    print(f"readiness: --fail-on-regression: {why_regressed(report.change)}")
    return code or CODES["NOT READY"]


def unwritten_code(reporters: Sequence[str]) -> int:
    """A READY whose evidence could not be written is not to be acted on: 4 where a reporter failed, else 0."""
    if not reporters:
        return 0
    print(f"readiness: {', '.join(reporters)}: not written, so this READY has no complete report")
    return ReadinessError.exit_code


def exit_code(report: Report) -> int:
    """Return 130 for an interrupted run, 5 where only the machine kept it from a verdict, else the verdict's code."""
    if report.interrupted:
        return 130
    if report.verdict == "INCONCLUSIVE" and not report.fitness.fit:
        return TargetError.exit_code
    return CODES[report.verdict]


def screen(catalog: Catalog, report: Report, options: Mapping[str, Mapping[str, Any]], *, verbose: bool) -> None:
    """Print what the terminal reporters make of the report: as their ``options`` say, else as the terminal is.

    An option that has its default was not set. Of what the terminal and the command line say, each gets what it knows.
    """
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = min(120, os.get_terminal_size().columns) if sys.stdout.isatty() else 100
    for reporter in catalog.reporters.values():
        if reporter.terminal:
            known = options_of(reporter.run)
            asked: dict[str, Any] = {"width": width, "colour": colour}
            asked |= {name: value for name, value in options.get(reporter.id, {}).items() if value != known.get(name)}
            asked |= {"verbose": True} if verbose else {}
            print(reporter(report, **{name: value for name, value in asked.items() if name in known}))

"""From recordings on disk to a report: judge every check in a killable process, score, report. Touches no target."""

import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from readiness import events
from readiness.archive import write_summary
from readiness.assembly import assemble_report
from readiness.brought import brought_summary, part_of_source
from readiness.errors import RecordingError
from readiness.evidence.reading import read_reading
from readiness.faults.children import end_marked
from readiness.job import Job, marked_environment, new_scratch, part_of, write_job
from readiness.loader import load
from readiness.measure.fitness import fitness_of
from readiness.measure.load_summary import load_summary
from readiness.measure.recording import Recording, read_recording
from readiness.model import Broken, Outcome, Unknown
from readiness.plan import Plan
from readiness.policy import Policy, policy_hash
from readiness.report import Report, ScenarioSummary
from readiness.stored import RUN, Ended, Ending, Planned, plan_again, read_end, read_plan, redacted, write
from readiness.watchdog import remove_scratch
from readiness.worker import OUTCOME

CHECK_SECONDS = 30.0  # a check is pure; what takes longer hangs
REPORTER_SECONDS = 60.0

LOST = "its recording is gone"
CUT_OFF = "its recording has no end, or has lost calls"

Finish = Callable[[Report], Awaitable[Report]]


async def judge_run(
    plan: Plan,
    job: Job,
    planned: Planned,
    ended: Ended,
    *,
    finish: Finish | None = None,
    reports: bool = True,
    today: date | None = None,
) -> AsyncIterator[events.Event]:
    """Judge what was recorded and write the reports; the last event carries the report, as ``finish`` leaves it.

    Everything comes from the run's folder, so that the same evidence under the same policy gives the same bytes. Waivers
    are held against the day of the run; where ``today`` is given, against that day, and the report says so.
    """
    recordings, damage = _recordings(plan, job)
    summaries = {id: summary_of(plan, ended, id, recording) for id, recording in recordings.items()}
    summaries |= {id: _damaged(summaries[id], why) for id, why in damage.items()}
    outcomes, durations = await _outcomes(plan, job, summaries)
    readings = {name: read_reading(job.recordings, name) for name in plan.evidence}
    brought = {part_of_source(name): brought_summary(name, source, ended) for name, source in plan.evidence.items()}
    if not ended.durations:
        ended = ended.model_copy(update={"durations": {id: round(seconds, 4) for id, seconds in durations.items()}})
        write(Path(job.folder), RUN, ended)
    machine = planned.machine | {
        "policy": plan.policy.name,
        "policy_hash": policy_hash(plan.policy),
        "catalogue_version": plan.catalog.version,
    }
    if today is not None:
        machine |= {"waivers_held_on": today.isoformat()}
    fitness = fitness_of(_timed(plan, recordings))
    report = assemble_report(
        plan, outcomes, summaries | brought, ended, job.run, machine, fitness, readings, today=today
    )
    report = redacted(report, job.spec.secrets)
    if finish is not None:
        report = await finish(report)
    for result in report.results:
        yield events.CheckFinished(result.check, result.category, result.status, result.reason)
    if reports:
        if not job.output:
            write_summary(Path(job.folder), report)
        async for event in write_reports(job, report):
            yield event
    yield events.RunFinished(report, job.output or job.folder)


async def judge_stored(
    folder: Path,
    *,
    policy: Policy | None = None,
    interrupted: bool = False,
    lost: str = "",
    finish: Finish | None = None,
    output: Path | None = None,
    reports: bool = True,
    today: date | None = None,
) -> AsyncIterator[events.Event]:
    """Judge the run in ``folder`` again: under its own policy, or another; reports go to ``output``, else beside it.

    ``lost`` is the moment at which its gate was lost, where that is known.
    """
    planned = read_plan(folder)
    ended = read_end(folder, planned, lost)
    if interrupted and not ended.interrupted:
        ended = ended.model_copy(update={"interrupted": True})
        write(folder, RUN, ended)
    catalog = load(Path(name) for name in planned.plugins)
    plan = plan_again(planned, catalog, policy or planned.policy)
    scratch = new_scratch()
    job = Job(
        run=planned.run, folder=str(folder.resolve()), output=str(output.resolve()) if output else "",
        scratch=str(scratch), spec=plan.settings.target, plugins=planned.plugins, profile=planned.profile,
        seed=planned.seed, environment=planned.environment, scenario_options=planned.scenario_options,
        check_options=dict(plan.check_options), reporter_options=dict(plan.reporter_options),
        check_scenarios={check.id: check.needs for check in plan.checks if check.id not in plan.settled},
    )  # fmt: skip
    write_job(job)
    try:
        async for event in judge_run(plan, job, planned, ended, finish=finish, reports=reports, today=today):
            yield event
    finally:
        remove_scratch(scratch)


def _recordings(plan: Plan, job: Job) -> tuple[dict[str, Recording | None], dict[str, str]]:
    """Every recording of the plan, None where there is none; and why one that is there could not be read."""
    recordings: dict[str, Recording | None] = {}
    damage: dict[str, str] = {}
    for scenario in plan.scenarios:
        recordings[scenario.id] = None
        if (job.recordings / f"{scenario.id}.jsonl").is_file():
            try:
                recordings[scenario.id] = read_recording(job.recordings, scenario.id)
            except RecordingError as error:
                damage[scenario.id] = str(error)
    return recordings, damage


def _timed(plan: Plan, recordings: Mapping[str, Recording | None]) -> Iterator[Recording]:
    """What took times: load, and what else ran alone, except in older runs, which did not watch the machine then."""
    for scenario in plan.scenarios:
        recording = recordings[scenario.id]
        if recording is not None and (scenario.effect == "load" or (scenario.alone and "machine" in recording.facts)):
            yield recording


def _damaged(summary: ScenarioSummary, why: str) -> ScenarioSummary:
    """What ended well and cannot be read any more is no evidence; what broke keeps its own reason."""
    lost = summary.status in ("finished", "not run") or summary.reason == LOST
    return summary.model_copy(update={"status": "crashed", "reason": why}) if lost else summary


def summary_of(plan: Plan, ended: Ended, id: str, recording: Recording | None) -> ScenarioSummary:
    """Complete how a scenario ended by what its recording holds."""
    scenario = next(scenario for scenario in plan.scenarios if scenario.id == id)
    end = ended.scenarios.get(id)
    if recording is None:
        end = end or Ending(status="not run")
        if end.status == "finished":
            end = end.model_copy(update={"status": "crashed", "reason": LOST})
        return ScenarioSummary(scenario=id, suite=scenario.suite, title=id, **end.model_dump())
    end = end or Ending(status="finished", seconds=recording.seconds)
    if end.status == "finished" and not recording.complete:
        end = end.model_copy(update={"status": "crashed", "reason": CUT_OFF})
    return ScenarioSummary(
        scenario=id, suite=scenario.suite, title=id, **end.model_dump(),
        samples=recording.samples.n, errors=recording.samples.failed, phases=recording.phases,
        windows=recording.windows, load=load_summary(recording),
    )  # fmt: skip


async def _outcomes(
    plan: Plan, job: Job, summaries: Mapping[str, ScenarioSummary]
) -> tuple[dict[str, Outcome], dict[str, float]]:
    outcomes: dict[str, Outcome] = dict(plan.settled)
    waiting = {}
    for id, scenario in job.check_scenarios.items():
        summary = summaries.get(scenario)
        if summary is not None and summary.status == "finished":
            waiting[id] = scenario
        elif summary is None or summary.status == "not run":
            outcomes[id] = Unknown(f"the scenario {scenario!r} did not run")
        else:
            outcomes[id] = Broken(f"the scenario {scenario!r} {summary.status}: {summary.reason}")
    durations: dict[str, float] = {}
    if waiting:
        async for id, outcome, seconds in _judged(job, waiting):
            outcomes[id] = outcome
            durations[id] = seconds
    return outcomes, durations


async def _judged(job: Job, waiting: Mapping[str, str]) -> AsyncIterator[tuple[str, Outcome, float]]:
    """Let a worker judge; one that hangs or dies costs the check it was at, and another goes on with the rest."""
    job = job.model_copy(update={"check_scenarios": dict(waiting)})
    path = Path(job.scratch) / "judge.json"
    path.write_text(job.model_dump_json())
    path.chmod(0o600)
    done: set[str] = set()
    round = 0
    while done != waiting.keys():
        log = Path(job.scratch) / f"outcomes-{round}.jsonl"
        round += 1
        ended = await _work(job, ["judge", str(path), str(log), *sorted(done)], log, CHECK_SECONDS)
        at = None
        for entry in _lines(log):
            if "outcome" in entry:
                at = None
                done.add(entry["check"])
                yield entry["check"], OUTCOME.validate_python(entry["outcome"]), entry["seconds"]
            else:
                at = entry["check"]
        if at is None and done != waiting.keys():
            at = next(id for id in waiting if id not in done)
        if at is not None:
            done.add(at)
            yield at, Broken(f"the check {ended}"), CHECK_SECONDS


async def _work(job: Job, arguments: list[str], log: Path, patience: float) -> str:
    """Run a worker until it ends or its log has stood still for ``patience`` seconds; say how it ended."""
    part = f"worker-{arguments[0]}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "readiness.worker", *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env=marked_environment(job.run, part), start_new_session=True,
    )  # fmt: skip
    size, moved = -1, time.monotonic()
    try:
        while True:
            try:
                async with asyncio.timeout(0.25):
                    status = await process.wait()
                return "ended early" if status == 0 else f"ended the judging process with status {status}"
            except TimeoutError:
                now = log.stat().st_size if log.exists() else 0
                if now != size:
                    size, moved = now, time.monotonic()
                elif time.monotonic() - moved > patience:
                    return f"did not end within {patience:g} s"
    finally:
        end_marked(part_of(job.run, part))
        await process.wait()


async def write_reports(job: Job, report: Report) -> AsyncIterator[events.Event]:
    """Write every report file in a worker; a reporter that breaks or hangs costs its own file."""
    source, done, round = Path(job.scratch) / "report.json", set[str](), 0
    source.write_text(report.model_dump_json())
    while True:
        log = Path(job.scratch) / f"reports-{round}.jsonl"
        round += 1
        arguments = ["report", str(Path(job.scratch) / "job.json"), str(source), str(log), *sorted(done)]
        ended = await _work(job, arguments, log, REPORTER_SECONDS)
        at = None
        for entry in _lines(log):
            if "paths" in entry or "error" in entry:
                at = None
                done.add(entry["reporter"])
                for path in entry.get("paths", ()):
                    yield events.ReportWritten(path)
                if "error" in entry:
                    yield events.ReporterFailed(entry["reporter"], entry["error"])
            else:
                at = entry["reporter"]
        if at is None:
            return
        done.add(at)
        yield events.ReporterFailed(at, ended)


def machine_of(job: Job) -> dict[str, Any]:
    """Machine, versions, git revision, profile and seed, as they are while the run begins."""
    return {
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "cpus": os.cpu_count(),
        "cpu_model": _cpu_model(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "python": platform.python_version(),
        "readiness": installed_version(),
        "git_revision": _git_revision(),
        "profile": job.profile,
        "seed": job.seed,
        "stress_test_max_users": job.environment.stress_test_max_users,
        "scenario_deadline_seconds": job.environment.pytest_timeout,
    }


def _cpu_model() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)


def installed_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("readiness-gate")
    except PackageNotFoundError:
        return "checkout"


def _git_revision() -> str | None:
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=False)  # noqa: S607 - the user's git
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]

"""Runs a plan: the target, the scenarios in processes of their own, the judging, the reports. Yields typed events."""

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Literal

from readiness import events
from readiness.brought import part_of_source
from readiness.errors import ReadinessError, SettingsError, TargetError
from readiness.evidence.source import SUITE
from readiness.faults.children import end_marked
from readiness.job import Job, marked_environment, new_scratch, part_of, write_job
from readiness.judging import Finish, judge_run, machine_of
from readiness.loader import Catalog
from readiness.openapi import with_operations
from readiness.plan import Plan
from readiness.plugins import Scenario
from readiness.settings import public_address
from readiness.stored import PLAN, RUN, Ended, Ending, Planned, planned_of, write
from readiness.targeting import Adapter, Target
from readiness.watchdog import MOMENT, start_watchdog

POLL_SECONDS = 0.1
READ_SECONDS = 5.0  # to start the worker that reads evidence, on top of what the source is given
PARALLEL_OWN = 4  # scenarios with an instance of their own, side by side; load always runs alone


@dataclass
class Run:
    """What one run holds while it goes on."""

    plan: Plan
    catalog: Catalog
    folder: Path
    scratch: Path
    id: str
    seed: int
    fail_fast: bool = False
    begin: float = field(default_factory=time.monotonic)
    endings: dict[str, Ending] = field(default_factory=dict)
    queue: asyncio.Queue[events.Event | None] = field(default_factory=asyncio.Queue)
    stopped: bool = False
    reports: bool = True
    finish: Finish | None = None
    """What completes the report once it is judged."""
    failure: str = ""
    """Why the target could not be started or reached, or its document not be used."""
    failed: type[ReadinessError] = TargetError

    def note(self, event: events.Event) -> None:
        """Tell whoever listens, and the journal."""
        with (self.folder / "journal.jsonl").open("a") as journal:
            entry = {"event": type(event).__name__, "at": datetime.now(UTC).isoformat(), **_plain(event)}
            journal.write(json.dumps(entry, default=str) + "\n")
        self.queue.put_nowait(event)


def _plain(event: events.Event) -> dict[str, object]:
    # The report has files of its own.
    return {name: value for name, value in vars(event).items() if name != "report"}


def new_run(
    plan: Plan, catalog: Catalog, output: Path, seed: int, *, fail_fast: bool = False, reports: bool = True
) -> Run:
    """Make the run folder and the scratch folder."""
    now = datetime.now(UTC)
    id = f"{now:%Y%m%dT%H%M%S}-{os.urandom(3).hex()}"
    folder = output / id
    (folder / "recordings").mkdir(parents=True)
    return Run(plan, catalog, folder.resolve(), new_scratch(), id, seed, fail_fast, reports=reports)


async def run(state: Run, interrupted: asyncio.Event) -> AsyncIterator[events.Event]:
    """Run the plan and yield what happens; the last event carries the report, also when ``interrupted`` is set on the way."""
    again = (sys.executable, "-m", "readiness", "judge", str(state.folder), "--interrupted", "--ended", MOMENT)
    lifeline = start_watchdog(state.id, state.scratch, again)
    task = asyncio.create_task(_run(state, interrupted))
    # However it ends, also by a defect before its first event: nobody may wait for the next one.
    task.add_done_callback(lambda _: state.queue.put_nowait(None))
    try:
        while (event := await state.queue.get()) is not None:
            yield event
    finally:
        interrupted.set()
        await task
        lifeline.done()


async def _run(state: Run, interrupted: asyncio.Event) -> None:
    job = _job(state)
    write_job(job)
    planned = planned_of(state.plan, run=state.id, seed=state.seed, plugins=job.plugins, machine=machine_of(job))
    write(state.folder, PLAN, planned)
    scenarios = (*(s.id for s in state.plan.scenarios), *(part_of_source(name) for name in state.plan.evidence))
    scope = state.plan.scope.sentence
    state.note(events.RunStarted(state.id, str(state.folder), scope, scenarios, len(state.plan.checks)))
    try:
        if scenarios or state.plan.evidence:
            await _unless(interrupted, _drive(state, job))
    except (TargetError, SettingsError) as error:
        state.failure, state.failed = str(error), type(error)
    finally:
        end_marked(state.id, folder=state.scratch)
        try:
            await _conclude(state, job, planned, interrupted=interrupted.is_set())
        finally:
            shutil.rmtree(state.scratch, ignore_errors=True)
            state.queue.put_nowait(None)


async def _unless(interrupted: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Do the work, unless the interruption comes first: then cancel it and let it clean up."""
    task, stop = asyncio.create_task(work), asyncio.create_task(interrupted.wait())
    await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return
    await task


async def _drive(state: Run, job: Job) -> None:
    adapter = job.adapter(state.catalog, "shared", proxied=False)
    try:
        job = await _open_shared(state, job, adapter)
        await _run_scenarios(state, job)
        await _read_evidence(state, job)
    finally:
        await adapter.close()


async def _conclude(state: Run, job: Job, planned: Planned, *, interrupted: bool) -> None:
    ended = Ended(
        timestamp=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - state.begin, 3),
        interrupted=interrupted,
        scenarios=state.endings,
    )
    write(state.folder, RUN, ended)
    async for event in judge_run(state.plan, job, planned, ended, finish=state.finish, reports=state.reports):
        state.note(event)


def _job(state: Run) -> Job:
    plan = state.plan
    return Job(
        run=state.id,
        folder=str(state.folder),
        scratch=str(state.scratch),
        spec=plan.settings.target,
        plugins=tuple(str(folder) for folder in state.catalog.folders),
        profile=plan.profile,
        seed=state.seed,
        environment=plan.settings.environment,
        scenario_options=dict(plan.scenario_options),
        check_options=dict(plan.check_options),
        reporter_options=dict(plan.reporter_options),
        evidence=dict(plan.evidence),
        check_scenarios={check.id: check.needs for check in plan.checks if check.id not in plan.settled},
    )


async def _open_shared(state: Run, job: Job, adapter: Adapter) -> Job:
    """Start or reach the target that all scenarios share which do not disrupt it."""
    begin = time.monotonic()
    target = Target(job.spec, adapter)
    await adapter.open()
    await target.prepare()
    state.note(events.TargetStarted(public_address(job.spec.address) or job.spec.name, time.monotonic() - begin))
    spec = await with_operations(target)
    job = job.model_copy(update={"spec": spec, "handle": adapter.handle(), "values": target.values})
    write_job(job)
    return job


async def _run_scenarios(state: Run, job: Job) -> None:
    """First load; then what inspects or writes, beside what has an instance of its own; last what else runs alone.

    What takes times writes much, and whoever inspects the target afterwards would measure that: a longer list, a larger file.
    """
    load = [s for s in state.plan.scenarios if s.effect == "load"]
    own = [s for s in state.plan.scenarios if s.effect == "disrupt" and not s.alone]
    shared = [s for s in state.plan.scenarios if s.effect in ("read", "write") and not s.alone]
    timed = [s for s in state.plan.scenarios if s.alone and s.effect != "load"]
    for scenario in load:
        await _run_scenario(state, job, scenario)
    waiting = iter(own)
    first = _run_lane(
        state, job, chain(shared, waiting)
    )  # whoever is through with the shared instance helps the others
    await asyncio.gather(first, *(_run_lane(state, job, waiting) for _ in range(PARALLEL_OWN)))
    for scenario in timed:
        await _run_scenario(state, job, scenario)


async def _run_lane(state: Run, job: Job, waiting: Iterator[Scenario[...]]) -> None:
    """Run what is still waiting, one after the other; lanes may share what waits."""
    for scenario in waiting:
        await _run_scenario(state, job, scenario)


async def _run_scenario(state: Run, job: Job, scenario: Scenario[...]) -> None:
    """Run one scenario in a process of its own, until it ends or its deadline comes."""
    deadline = scenario.seconds_allowed(job.scenario_options[scenario.id], job.environment.pytest_timeout)
    watch = asyncio.create_task(_watch_phases(state, job.recordings / f"{scenario.id}.jsonl", scenario))
    try:
        await _run_worker(state, job, ("scenario", scenario.id), scenario.id, scenario.suite, deadline)
    finally:
        watch.cancel()


async def _read_evidence(state: Run, job: Job) -> None:
    """Read what others made, last of all and one after the other: tests that are brought may change the target."""
    for name, source in state.plan.evidence.items():
        await _run_worker(state, job, ("evidence", name), part_of_source(name), SUITE, source.seconds + READ_SECONDS)


async def _run_worker(state: Run, job: Job, part: tuple[str, str], id: str, suite: str, deadline: float) -> None:
    """Run one part in a worker of its own, and note how it began and ended."""
    if state.stopped:
        return
    state.note(events.ScenarioStarted(id, suite))
    begin = time.monotonic()
    output = state.scratch / f"{id}.output"
    kind, name = part
    with output.open("wb") as sink:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "readiness.worker", kind, str(state.scratch / "job.json"), name,
            stdin=asyncio.subprocess.DEVNULL, stdout=sink, stderr=sink,
            env=marked_environment(job.run, id), start_new_session=True,
        )  # fmt: skip
    status: Literal["finished", "crashed", "timed out"] = "finished"
    reason = ""
    try:
        async with asyncio.timeout(deadline):
            if await process.wait() != 0:
                status, reason = "crashed", _last_lines(output, job)
    except TimeoutError:
        status, reason = "timed out", f"no end after {deadline:g} s"
    finally:
        end_marked(part_of(job.run, id), folder=state.scratch / id)
        await process.wait()
    if state.fail_fast and status != "finished":
        state.stopped = True
    seconds = time.monotonic() - begin
    state.endings[id] = Ending(status=status, reason=reason, seconds=round(seconds, 3))
    state.note(events.ScenarioFinished(id, suite, status, seconds, reason))


async def _watch_phases(state: Run, path: Path, scenario: Scenario[...]) -> None:
    """Follow the recording as it grows and tell of each phase."""
    place = 0
    while True:
        await asyncio.sleep(POLL_SECONDS)
        if not path.is_file():
            continue
        with path.open() as file:
            file.seek(place)
            for line in file:
                if not line.endswith("\n"):
                    break
                place += len(line.encode())
                if line.startswith('{"kind": "phase"'):
                    entry = json.loads(line)
                    state.note(events.PhaseStarted(scenario.id, entry["name"], entry["seconds"]))


def _last_lines(output: Path, job: Job) -> str:
    text = "\n".join(output.read_text(errors="replace").strip().splitlines()[-4:])
    for secret in job.spec.secrets:
        for spelled in (secret, repr(secret)[1:-1]):  # as a traceback may show one that holds a line break
            text = text.replace(spelled, "********")
    return text[-600:] or "it ended without a word"

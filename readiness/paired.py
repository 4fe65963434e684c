"""Two versions of a target, measured in turn on this machine: started together, called one at a time, judged as pairs.

Both versions run for the whole comparison, so that neither pays for a start, cold caches or an empty database between
blocks. Load goes to one at a time in short blocks, while the other one idles: side by side they would compete for the
machine, and one after the other would hand every slow minute of the machine to one version only. The order of the blocks
and the statistics are those of `readiness.measure.pairs`; the load comes from a process of its own (`interleaving`).

What cannot be seen: two starts of the same program may differ by some percent for as long as they run (layout of memory,
seeds of hashes). The smallest effect that counts has to stay above that.
"""

import asyncio
import json
import math
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from readiness.errors import ReadinessError, TargetError, UsageError
from readiness.faults.children import end_marked
from readiness.interleaving import late_share, read_quads
from readiness.job import Job, marked_environment, new_scratch, write_job
from readiness.loader import Catalog
from readiness.measure.pairs import Conclusion, Design, Difference, conclude, judge
from readiness.settings import Settings
from readiness.targeting import Adapter, Target, TargetSpec
from readiness.watchdog import start_watchdog

LONGEST_FACTOR, LONGEST_EXTRA_SECONDS = 5.0, 60.0
"""The load may take so much longer than planned before it is ended; the quads that were complete by then are judged."""
LATE_SHARE = 0.1
"""A generator that sends later than this share of the median latency is at its limit."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class PairedResult:
    """What a comparison of two versions found; written as ``paired.json``."""

    started: str
    commands: dict[str, str]
    design: Design
    quads: int
    """Quads that were measured."""
    differences: tuple[Difference, ...]
    conclusion: Conclusion
    caveats: tuple[str, ...] = ()


async def compare_versions(
    settings: Settings, catalog: Catalog, commands: Mapping[str, str], design: Design, folder: Path, tell: Tell
) -> PairedResult:
    """Start both versions, measure them in turn, write everything below ``folder`` and return the result.

    ``commands``: the start commands of "baseline" and "candidate", each one line, with ``{port}`` as in readiness.yaml;
    all else is what the settings say of the target. ``tell`` hears after each quad how many are done, and of how many.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    specs = {version: _spec(settings.target, version, command) for version, command in commands.items()}
    try:
        (folder / "recordings").mkdir(parents=True)
    except OSError as error:
        raise UsageError(f"--output {folder.parent}: {error.strerror}") from None
    (folder / "design.json").write_text(json.dumps(asdict(design), indent=1))
    scratch, run = new_scratch(), f"paired-{os.urandom(6).hex()}"
    lifeline = start_watchdog(run, scratch, ())
    try:
        jobs = _jobs(specs, settings, catalog, run, scratch, folder)
        in_time = await _measure(jobs, catalog, design, folder, tell)
    finally:
        end_marked(run, folder=scratch)
        shutil.rmtree(scratch, ignore_errors=True)
        lifeline.done()
    return _conclude(dict(commands), design, started, folder, in_time=in_time)


def _conclude(commands: dict[str, str], design: Design, started: str, folder: Path, *, in_time: bool) -> PairedResult:
    """Judge what is on disk and write it down."""
    quads = read_quads(folder / "recordings")
    differences = judge(quads, design)
    caveats = [] if in_time else [f"ended early: only {len(quads)} of {design.quads} quads were done in time"]
    if (late := late_share(folder / "recordings")) > LATE_SHARE:
        caveats.append(
            f"5 % of the calls left late by {late:.0%} of the median latency or more: a lower --rate says more"
        )
    result = PairedResult(started, commands, design, len(quads), differences, conclude(differences), tuple(caveats))
    (folder / "paired.json").write_text(as_json(result))
    return result


def as_json(result: PairedResult) -> str:
    """Return the result as JSON; a number that is not finite is null."""
    entry = asdict(result)
    for difference in entry["differences"]:
        for name, value in difference.items():
            if isinstance(value, float) and not math.isfinite(value):
                difference[name] = None
    return json.dumps(entry, indent=1)


def _spec(spec: TargetSpec, version: str, command: str) -> TargetSpec:
    """Return the target's description with the version's own name, command and data."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--{version} {command!r}: {error}") from None
    if not words:
        raise UsageError(f"--{version}: needs the command that starts this version")
    if not any("{port}" in word for word in (*words, *spec.environment.values())):
        raise UsageError(f"--{version} {command!r}: needs {{port}}, because both versions run at once")
    if spec.address and "{port}" not in spec.address:
        raise UsageError(f"target.address {spec.address!r}: needs {{port}}, because both versions run at once")
    if "load" not in spec.grants:
        raise UsageError("target.grants: needs `load`, because a comparison sends calls at a rate")
    if not spec.load_mix:
        raise UsageError("target.operations: none has a `weight`, so there is nothing to call")
    # Each instance keeps its data in its own folder: a shared database would couple what is to be compared.
    return spec.model_copy(update={"name": version, "start": words, "database": ""})


def _jobs(
    specs: Mapping[str, TargetSpec], settings: Settings, catalog: Catalog, run: str, scratch: Path, folder: Path
) -> dict[str, Job]:
    jobs = {}
    for version, spec in specs.items():
        place = scratch / version
        place.mkdir()
        jobs[version] = Job(
            run=run,
            folder=str(folder.resolve()),
            scratch=str(place),
            spec=spec,
            plugins=tuple(str(plugins) for plugins in catalog.folders),
            environment=settings.environment,
        )
    return jobs


async def _measure(jobs: Mapping[str, Job], catalog: Catalog, design: Design, folder: Path, tell: Tell) -> bool:
    """Run both versions while the load lasts; whether it came to its end in time."""
    adapters = {version: job.adapter(catalog, version, proxied=False) for version, job in jobs.items()}
    try:
        async with asyncio.TaskGroup() as starting:
            for version, job in jobs.items():
                starting.create_task(_open(job, adapters[version]))
        return await _send_load(jobs, design, folder, tell)
    except* TargetError as errors:
        raise errors.exceptions[0] from None
    finally:
        for adapter in adapters.values():
            await adapter.close()


async def _open(job: Job, adapter: Adapter) -> None:
    target = Target(job.spec, adapter)
    await adapter.open()
    try:
        await target.prepare()
    except TargetError as error:
        raise TargetError(f"{job.spec.name}: {error}") from None
    write_job(job.model_copy(update={"handle": adapter.handle(), "values": target.values}))


async def _send_load(jobs: Mapping[str, Job], design: Design, folder: Path, tell: Tell) -> bool:
    places = [str(Path(job.scratch) / "job.json") for job in jobs.values()]
    output = folder / "load.log"
    with output.open("wb") as sink:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "readiness.interleaving", str(folder.resolve()), *places,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=sink,
            env=marked_environment(jobs["baseline"].run, "load"), start_new_session=True,
        )  # fmt: skip
    assert process.stdout is not None
    longest = LONGEST_FACTOR * (design.seconds + 2 * design.warm_seconds) + LONGEST_EXTRA_SECONDS
    try:
        async with asyncio.timeout(longest):
            async for line in process.stdout:
                tell(int(line), design.quads)
            status = await process.wait()
    except TimeoutError:
        return False
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status == TargetError.exit_code:
        raise TargetError(output.read_text().strip())
    if status != 0:
        raise ReadinessError(f"the load ended with exit status {status}\n{output.read_text()[-2000:]}")
    return True

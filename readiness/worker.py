"""A worker process: runs one scenario, judges recordings, or writes reports, so that a plugin can crash or hang alone.

python -m readiness.worker scenario JOB ID · evidence JOB NAME · judge JOB OUTCOMES [DONE ...] · report JOB REPORT DONE
"""

import asyncio
import json
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from readiness.errors import TargetError
from readiness.evidence.reading import write_reading
from readiness.evidence.source import PytestSuite
from readiness.job import Job, read_job
from readiness.measure.recorder import Recorder
from readiness.measure.recording import Recording, read_recording
from readiness.model import Broken, Outcome, Unknown
from readiness.plugins import Check
from readiness.report import AnyOutcome, Report
from readiness.targeting import Target

OUTCOME: TypeAdapter[Outcome] = TypeAdapter(AnyOutcome)


def main(arguments: list[str]) -> int:
    """Run the part that the arguments name."""
    part, job = arguments[0], read_job(Path(arguments[1]))
    if part == "scenario":
        _runner()(_scenario(job, arguments[2]))
    elif part == "evidence":
        _evidence(job, arguments[2])
    elif part == "judge":
        _judge(job, Path(arguments[2]), set(arguments[3:]))
    else:
        _report(job, Path(arguments[2]), Path(arguments[3]), set(arguments[4:]))
    return 0


def _runner() -> Any:
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    return uvloop.run


async def _scenario(job: Job, id: str) -> None:
    catalog = job.catalog()
    scenario = catalog.scenarios[id]
    own = scenario.effect == "disrupt" or job.handle is None
    adapter = job.adapter(catalog, id, proxied=own)
    target = Target(job.spec, adapter, job.values)
    try:
        if own:
            await adapter.open()
            await target.prepare()
        else:
            await adapter.attach(job.handle or {})
        recorder = Recorder(
            job.recordings,
            id,
            seed=job.seed,
            users=job.environment.stress_test_max_users,
            secrets=job.spec.secrets,
        )
        # What takes times runs alone, so that whatever else takes the machine meanwhile is not ours.
        watched = recorder.machine(_place(target)) if scenario.alone else nullcontext()
        with recorder.ending():
            async with watched:
                await scenario(target, recorder, **job.scenario_options[id])
    finally:
        await adapter.close()


def _place(target: Target) -> Literal["ours", "apart", "inside"]:
    """Where the target works: that decides whose CPU time is whose."""
    if target.adapter.process is not None:
        return "ours"
    return "inside" if target.spec.address.startswith("python:") else "apart"


def _evidence(job: Job, name: str) -> None:
    """Read one source of evidence and keep what it says."""
    from readiness.evidence.reader import Surroundings, read_source  # what the other parts need not wait for

    scratch = Path(job.scratch) / f"evidence-{name}"
    scratch.mkdir(parents=True, exist_ok=True)
    source = job.evidence[name]
    secrets = (*job.spec.secrets, *(source.secrets if isinstance(source, PytestSuite) else ()))
    around = Surroundings(job.spec.name, job.address, scratch, job.spec.grants, job.spec.identities)
    reading = read_source(name, source, around)
    write_reading(job.recordings, name, reading, secrets)


def _judge(job: Job, outcomes: Path, done: set[str]) -> None:
    """Judge one check after the other; each begins with a line that says so, in case it never ends."""
    catalog = job.catalog()
    recordings: dict[str, Recording] = {}
    with outcomes.open("a", buffering=1) as file:
        for id, scenario in job.check_scenarios.items():
            if id in done:
                continue
            file.write(json.dumps({"check": id}) + "\n")
            begin = time.monotonic()
            if scenario not in recordings:
                recordings[scenario] = read_recording(job.recordings, scenario)
            outcome = judge_one(catalog.checks[id], recordings[scenario], job.check_options[id])
            seconds = time.monotonic() - begin
            line = {"check": id, "outcome": OUTCOME.dump_python(outcome, mode="json"), "seconds": seconds}
            file.write(json.dumps(line) + "\n")


def judge_one(check: Check[...], recording: Recording, options: dict[str, Any]) -> Outcome:
    """Let a check judge; a fault without a witness proves nothing, and what the check raises is its own error."""
    unproven = [window.fault for window in recording.windows if not window.witness]
    if unproven:
        return Unknown(f"the fault {unproven[0]!r} left no witness, and a fault without a witness proves nothing")
    try:
        outcome: object = check(recording, **options)
    except KeyError as error:
        outcome = Unknown(f"the scenario {recording.scenario!r} recorded no {error.args[0]!r}")
    except Exception as error:  # noqa: BLE001 - whatever a check raises costs its own result only
        outcome = Broken(f"the check raised {type(error).__name__}: {error}")
    if not isinstance(outcome, Outcome):
        return Broken(f"the check returned a {type(outcome).__name__}, not an outcome")
    return _usable(outcome)


def _usable(outcome: Outcome) -> Outcome:
    """The outcome as the gate will read it; where it could not, what is wrong with it."""
    try:
        text = json.dumps(OUTCOME.dump_python(outcome, mode="json", warnings=False), ensure_ascii=False)
        return OUTCOME.validate_python(json.loads(text.encode("utf-8", "replace")))  # no file holds half a character
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])  # the first is the kind of outcome
        said = f"{place}: {first['msg']}" if place else first["msg"]
    except (ValueError, TypeError, RecursionError) as error:  # what JSON cannot hold
        said = str(error)
    return Broken(f"the check returned an unusable {type(outcome).__name__}: {said}")


def _report(job: Job, report_file: Path, log: Path, done: set[str]) -> None:
    """Write every report file; each line of the log says which reporter began and what it wrote."""
    catalog = job.catalog()
    report = Report.model_validate_json(report_file.read_text())
    with log.open("a", buffering=1) as file:
        for id, reporter in catalog.reporters.items():
            if reporter.terminal or id in done:
                continue
            file.write(json.dumps({"reporter": id}) + "\n")
            try:
                files = reporter(report, **job.reporter_options.get(id, {}))
                written = files.items() if not isinstance(files, str) else [(f"{id}.txt", files)]
                paths = [_write_whole(Path(job.output or job.folder), name, text) for name, text in written]
                file.write(json.dumps({"reporter": id, "paths": paths}) + "\n")
            except Exception as error:  # noqa: BLE001 - a broken reporter costs its own file only
                file.write(json.dumps({"reporter": id, "error": f"{type(error).__name__}: {error}"}) + "\n")


def _write_whole(folder: Path, name: str, text: str) -> str:
    path = folder / Path(name).name
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return str(path)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except TargetError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(TargetError.exit_code)

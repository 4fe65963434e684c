"""The same service in other surroundings: another time zone, another locale, no home folder, a bare environment.

An instance of its own is started again under each; copies on scratch data are started beside it. One with nothing changed
comes along: where it does not get ready, the others say nothing.
"""

import asyncio
import hashlib
import os
from collections.abc import Mapping
from typing import Any

from readiness import Recorder, Target, TargetError, Trial, scenario

NO_HOME = "/dev/null/home"
"""A folder that nobody can make, root neither: one that only is not there would be there for the next run."""
KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH", "PYTHONUNBUFFERED", "TMPDIR", "SYSTEMROOT")
"""What a container or unit sets itself; everything else that a process inherits is an accident of who starts it."""
FAR = {"TZ": "Pacific/Kiritimati"}  # UTC+14: another date for most of the day
LOCALE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
OPTION = "--no-such-option-of-readiness"
NO_PORT = 70_000

Answers = dict[str, list[Any]]


@scenario(suite="production_readiness", effect="disrupt", capabilities=("http", "process"), least="standard")
async def environment_variations(
    target: Target, recorder: Recorder, *, reads: int = 8, seconds: float = 15.0, refuse_seconds: float = 5.0
) -> None:
    """At most ``reads`` operations are compared; a copy gets ``seconds`` to be ready, or ``refuse_seconds`` to refuse."""
    recorder.phase("trials")
    inherited: dict[str, str | None] = {
        name: None for name in os.environ if name not in KEPT and name not in target.spec.environment
    }
    uses_port = "{port}" in str([target.spec.start, dict(target.spec.environment)])
    recorder.fact("command", {"options": _takes_options(target.spec.start), "port": uses_port})
    process = target.process
    right = await process.trial({}, seconds=seconds)
    first = await target.get(target.spec.health.live or target.spec.health.ready or "/", timeout=2.0)
    recorder.fact("right", {**_told(right), "first_status": first.status})
    trials = await asyncio.gather(
        process.trial({"HOME": NO_HOME}, seconds=seconds),
        process.trial(inherited, seconds=seconds),
        process.trial({}, arguments=(OPTION,), seconds=refuse_seconds),
        process.trial({}, seconds=refuse_seconds, port=NO_PORT),
    )
    for name, trial in zip(("home", "bare", "option", "port"), trials, strict=True):
        recorder.fact(name, _told(trial))
    recorder.phase("answers")
    before = await _answers(target, reads)
    told = {
        name: await _restarted(target, variables, reads) for name, variables in (("utc", {"TZ": "UTC"}), ("far", FAR))
    }
    told["locale"] = await _restarted(target, {"TZ": "UTC", **LOCALE}, reads)
    recorder.fact("answers", {"before": before, **told})


def _takes_options(start: tuple[str, ...]) -> bool:
    return any(word.startswith("--") for word in start)


def _told(trial: Trial) -> dict[str, Any]:
    return {
        "exit_status": trial.exit_status,
        "ready": trial.ready,
        "seconds": trial.seconds,
        "output": trial.output[-300:],
    }


async def _restarted(target: Target, variables: Mapping[str, str], reads: int) -> Answers | str:
    """What the described reads answer after a start with these variables; else why it did not start."""
    try:
        await target.process.start(environment=variables)
    except TargetError as error:
        return str(error)[:500]
    return await _answers(target, reads)


async def _answers(target: Target, most: int) -> Answers:
    """Status and digest of each described read; of the health path where there is none."""
    answers: Answers = {}
    for operation in target.spec.operations:
        if operation.method == "GET" and operation.effect == "read" and not operation.dependency:
            if "{" in target.request(operation).path or len(answers) >= most:
                continue
            reply = await target.call(operation)
            answers[operation.name] = [reply.status, hashlib.sha256(reply.body).hexdigest()[:16]]
    if not answers:
        path = target.spec.health.ready or target.spec.health.live or "/"
        reply = await target.get(path)
        answers[path] = [reply.status, hashlib.sha256(reply.body).hexdigest()[:16]]
    return answers

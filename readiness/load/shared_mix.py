"""The load mix of a described target, shared by several processes, for more than one core can send.

Every call that any of them made is recorded as if one had made it, and every one of them is watched as a generator: a worker
that could not keep up makes the machine unfit, one that was lost fails the scenario.
"""

import tempfile
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from time import monotonic

from readiness.exchange import Reply
from readiness.load.executor import Executor
from readiness.load.expect import Status
from readiness.load.journeys import Call, Calls
from readiness.load.origin import parse_origin
from readiness.load.pace import Pace
from readiness.load.session import Load
from readiness.load.team import SharedResult, WorkerResult
from readiness.load.user import User
from readiness.load.workers import run_workers
from readiness.measure.recorder import Recorder
from readiness.measure.sample_log import read_spool
from readiness.model import Sample
from readiness.targeting import Operation, Target

UNIQUE = "{unique}"
"""Stands in an operation for a value that no other call has."""


@dataclass(frozen=True)
class Mix(Calls):
    """Calls by weight; ``{unique}`` in one becomes a value of its own each time."""

    def __call__(self, user: User) -> Awaitable[Reply]:
        """Send one of them."""
        call = user.random.choices(self.calls, self._weights)[0]
        headers, body, path = call.headers, call.body, call.path
        if UNIQUE.encode() in body or UNIQUE in path or any(UNIQUE in value for value in headers.values()):
            value = f"{user.random.getrandbits(64):016x}"
            headers = {name: text.replace(UNIQUE, value) for name, text in headers.items()}
            body, path = body.replace(UNIQUE.encode(), value.encode()), path.replace(UNIQUE, value)
        return user.request(call.method, path, name=call.name, headers=headers, body=body, expect=call.expect)


async def drive_shared(
    executor: Executor,
    target: Target,
    recorder: Recorder,
    operations: Iterable[Operation],
    timeout: float,
    workers: int,
) -> Pace:
    """Let ``workers`` processes share a phase of load. RuntimeError where not all of it was sent."""
    if wrong := executor.validate():
        raise ValueError("; ".join(wrong))
    phase = recorder.phase_name
    seed = recorder.random.getrandbits(32)
    load = Load(
        parse_origin(target.address), executor, mix_of(target, operations), timeout=timeout, seed=seed, phase=phase
    )
    with tempfile.TemporaryDirectory(prefix="readiness-load-") as folder:
        found = await run_workers(load, workers, Path(folder))
        shift = recorder.now - (monotonic() - found.begin)
        for sample in _in_order(found, shift):
            recorder.sample(sample)
    for number, worker in enumerate(found.workers, 1):
        _tell(recorder, worker, f"worker {number} ", shift)
    pace = found.result.pace
    if found.result.incomplete or pace is None:
        raise RuntimeError(f"the load was not sent as a whole: {'; '.join(found.result.incomplete) or 'interrupted'}")
    recorder.fact(f"pace {phase}", {**pace.to_json(), "workers": len(found.workers)})
    return pace


def mix_of(target: Target, operations: Iterable[Operation]) -> Mix:
    """Return operations as calls that can be sent from elsewhere. ValueError for one that goes to a dependency."""
    mix = tuple(operations)
    if elsewhere := [one.name for one in mix if one.dependency]:
        raise ValueError(f"{', '.join(elsewhere)}: goes to a dependency, which workers do not reach")
    equal = not any(one.weight for one in mix)
    calls = []
    for one in mix:
        request = target.request(one)
        expect = (Status(frozenset(one.expect)),)
        weight = 1.0 if equal else one.weight
        calls.append(Call(request.method, request.path, one.name, request.headers, request.body, expect, weight))
    return Mix(tuple(calls))


def _in_order(found: SharedResult, shift: float) -> Iterable[Sample]:
    """Every call of every worker in the order of their ends, ``at`` in seconds since the recording began."""
    spools = [read_spool(worker.spool) for worker in found.workers if worker.spool.is_file()]
    for sample in merge(*spools, key=lambda sample: sample.at + sample.latency):
        yield sample._replace(at=sample.at + shift)


def _tell(recorder: Recorder, worker: WorkerResult, prefix: str, shift: float) -> None:
    """Record how hard a worker worked, under the names that a generator's own readings have."""
    effort = worker.effort
    cpu_at, lag_at = ([round(at + shift, 3) for at in times] for times in (effort.cpu_at, effort.lag_at))
    recorder.readings(f"{prefix}generator_cpu_cores", "cores", cpu_at, effort.cpu_cores)
    recorder.readings(f"{prefix}generator_lag_seconds", "s", lag_at, effort.lag_seconds)

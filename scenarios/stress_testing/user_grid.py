"""More and more users at once, each calling again as soon as he is answered; then all of them in one moment.

Why: what serialises, runs out or refuses shows only when users meet, and the step at which it shows says how much
room is left.
Fix: nothing; this scenario only records. The checks that read it say what to do.
"""

import contextlib
import os
from typing import Any

import psutil

from readiness import Recorder, Samples, Target, per_vu_iterations, scenario

LEAST_SECONDS = 0.5
"""The kernel counts processor time in hundredths of a second; in a shorter cell that is more than 2 % of it."""
LEAST_CALLS = 100
"""What one user gets done is seen in as many calls: of a mix of quick and slow ones, twenty show any rate between half and double."""
PATIENCE = 2.0
"""Seconds after which a cell is not repeated, however few its calls."""


@scenario(
    suite="stress_testing",
    effect="load",
    capabilities=("calls", "load"),
    quick={"operations": (5,)},
    full={"operations": (5, 10, 15, 20, 25), "repeats": 10},
)
async def user_grid(
    target: Target,
    recorder: Recorder,
    *,
    users: tuple[int, ...] = (1, 5, 10, 25, 50),
    operations: tuple[int, ...] = (5, 15),
    at_once: tuple[int, ...] = (10, 50),
    repeats: int = 3,
) -> None:
    """Let each number of ``users`` make each number of ``operations``; then let ``at_once`` users call in one moment.

    A cell of few calls is driven again until it has a hundred, or two seconds have passed.
    10 users calling together are what the requirements name; the largest crowd finds limits that lie above them.
    """
    recorder.phase("warm up", 1.0)
    await per_vu_iterations(target, recorder, users=max(users), iterations=2)
    steps: list[dict[str, Any]] = []
    cells: list[dict[str, Any]] = []
    for number in sorted({min(count, recorder.users) for count in users}):
        recorder.phase(f"users {number}", 2.0, users=number)
        begun = len(recorder.samples)
        cells += [await _cell(target, recorder, number, each) for each in operations]
        steps.append({"users": number, **_summed(recorder, begun)})
    recorder.fact("grid", steps)
    recorder.fact("cells", cells)
    recorder.fact("cores", os.cpu_count() or 1)
    recorder.phase("at once", 1.0)
    for number in at_once:
        for _ in range(repeats):
            await per_vu_iterations(target, recorder, users=number, iterations=1)
    together = Samples(tuple(recorder.samples)).where(phase="at once")
    crowds = sorted({min(number, recorder.users) for number in at_once})
    recorder.fact("concurrent", {"good": together.n - together.failed, "tries": together.n, "users": crowds})


async def _cell(target: Target, recorder: Recorder, users: int, operations: int) -> dict[str, Any]:
    """Drive one cell; with the processor time, in cores, of a target that the gate has started."""
    begun, before, began = len(recorder.samples), _cpu_seconds(target), recorder.now
    while True:
        await per_vu_iterations(target, recorder, users=users, iterations=operations)
        if len(recorder.samples) - begun >= LEAST_CALLS or recorder.now - began >= PATIENCE:
            break
    told = _summed(recorder, begun)
    seen = before is not None and told["seconds"] >= LEAST_SECONDS
    cores = round(max(0.0, (_cpu_seconds(target) or 0.0) - (before or 0.0)) / told["seconds"], 2) if seen else None
    return {"users": users, "operations": operations, "calls": told.pop("operations"), **told, "cores": cores}


def _summed(recorder: Recorder, begun: int) -> dict[str, Any]:
    """What became of the calls since there were ``begun`` of them."""
    calls = Samples(tuple(recorder.samples)[begun:])
    return {
        "operations": calls.n,
        "seconds": round(calls.seconds, 3),
        "p95": round(calls.latency.percentile(95).value, 4) if calls.n else None,
        "errors": calls.failed,
        "throughput": round(calls.throughput, 1),
    }


def _cpu_seconds(target: Target) -> float | None:
    """Processor time of the target's processes so far; None where they are not ours to see."""
    if not target.adapter.process:
        return None
    total = 0.0
    for pid in target.process.pids():
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(pid).cpu_times()
            total += times.user + times.system
    return total

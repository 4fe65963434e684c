"""What a write asks of the disk before it is answered, and what is left when it is killed at each step on the way.

Both need `strace`, and a system that lets us trace what we started. SIGKILL at a random moment rarely strikes between two
writes of one transaction; SIGKILL at the n-th call that changes a file always does.
"""

import asyncio
from typing import Any

from readiness import (
    Counter,
    FaultUnavailableError,
    KilledAtCall,
    Recorder,
    Target,
    TargetError,
    Tracer,
    acknowledgements,
    own_folder,
    scenario,
    stored,
)

STRIKE_SECONDS = 5.0


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("process", "counter"),
    quick={"points": 1},
    full={"points": 20},
    deadline=300.0,
    least="standard",
)
async def crash_points(
    target: Target, recorder: Recorder, *, additions: int = 10, points: int = 3, writers: int = 2, linger: float = 4.0
) -> None:
    """Trace ``additions``, one after another; then kill at the 1st to ``points``-th call that changes a file.

    Where nothing is stored before the answers, look for ``linger`` seconds whether it is stored later.
    """
    recorder.phase("trace")
    try:
        files = await _traced(target, recorder, additions, linger)
        if not files:
            recorder.fact("crash problem", "it changes no file of its own when it is written to")
            return
        rounds: list[dict[str, Any]] = []
        for number in range(1, points + 1):
            recorder.phase(f"point {number}")
            one = await _killed_at(target, recorder, number, writers, files)
            if one is None:
                recorder.fact("crash problem", f"call {number} on its files was not reached in {STRIKE_SECONDS:g} s")
                return
            rounds.append(one)
            recorder.fact("rounds", rounds)
            if one["problem"]:
                return
    except (FaultUnavailableError, TargetError) as problem:
        recorder.fact("problem", str(problem)[:500])


async def _traced(target: Target, recorder: Recorder, additions: int, linger: float) -> list[str]:
    """Record what was synced before each answer; return the files that were stored."""
    counter = await Counter.prepared(target, "traced")
    tracer = Tracer(target.process, own_folder(target))
    await tracer.start()
    try:
        for _ in range(additions):
            await counter.add()
        if not stored(tracer.lines()):
            await asyncio.sleep(linger)
    finally:
        await tracer.stop()
    answered, files = acknowledgements(tracer.lines()), stored(tracer.lines())
    told = {"synced": sum(one.synced for one in answered), "wrote": sum(one.wrote for one in answered)}
    recorder.fact(
        "acknowledgements", {"seen": len(answered), **told, "files": [name.rpartition("/")[2] for name in files]}
    )
    return files


async def _killed_at(
    target: Target, recorder: Recorder, number: int, writers: int, files: list[str]
) -> dict[str, Any] | None:
    """Write until it is killed at the call, start it again and read the amount; None where it never got there."""
    counter = await Counter.prepared(target, f"crash point {number}")
    before = await counter.amount()
    fault = KilledAtCall(target.process, own_folder(target), number=number, files=files)
    if not await _struck(recorder, fault, counter, writers):
        return None
    told: dict[str, Any] = {"number": number, "at": fault.witness().get("killed_at", []), "before": str(before)}
    try:
        await target.process.start()
    except TargetError as problem:
        return {**told, "problem": str(problem)[:500], "after": None, **counter.sums()}
    after = await counter.amount()
    return {**told, "problem": "", "after": None if after is None else str(after), **counter.sums()}


async def _struck(recorder: Recorder, fault: KilledAtCall, counter: Counter, writers: int) -> bool:
    """Add until it is killed; only then there was a fault, and its window is recorded."""
    stop = asyncio.Event()
    try:
        await fault.arm()
        tasks = [asyncio.create_task(counter.add_until(stop)) for _ in range(writers)]
        if struck := await fault.struck(STRIKE_SECONDS):
            async with recorder.fault(fault):
                stop.set()
        stop.set()
        await asyncio.gather(*tasks)
        return struck
    finally:
        await fault.disarm()

"""The process is killed in the middle of writes: what was acknowledged must be there afterwards, and it must come back.

Each round prepares an account, lets several writers add amounts, kills the whole process tree at a random moment,
starts it again on the same data and reads the amount. An addition without an answer may or may not be there; an
acknowledged one must.
"""

import asyncio
import time
from decimal import Decimal
from typing import Any

from readiness import Counter, Killed, Recorder, Target, TargetError, scenario


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("process", "counter"),
    quick={"rounds": 1},
    full={"rounds": 10},
    deadline=300.0,
)
async def durability(
    target: Target,
    recorder: Recorder,
    *,
    rounds: int = 2,
    writers: int = 4,
    earliest: float = 0.3,
    latest: float = 1.0,
) -> None:
    """``rounds`` kills, each between ``earliest`` and ``latest`` seconds after ``writers`` began to add."""
    told: list[dict[str, Any]] = []
    for number in range(1, rounds + 1):
        recorder.phase(f"round {number}")
        told.append(await _round(target, recorder, writers, recorder.random.uniform(earliest, latest)))
        recorder.fact("rounds", told)
        if told[-1].get("problem"):
            return


async def _round(target: Target, recorder: Recorder, writers: int, seconds: float) -> dict[str, Any]:
    try:
        counter = await Counter.prepared(target, "durability")
    except TargetError as error:
        return {"problem": str(error)}
    before = await counter.amount()
    stop = asyncio.Event()
    tasks = [asyncio.create_task(counter.add_until(stop)) for _ in range(writers)]
    await asyncio.sleep(seconds)
    async with recorder.fault(Killed(target.process)):
        stop.set()
        await asyncio.gather(*tasks)
    begin = time.monotonic()
    problem = ""
    try:
        await target.process.start()
    except TargetError as error:
        problem = str(error)[:500]
    result = {
        "killed_after": seconds,
        "came_back": not problem,
        "seconds": time.monotonic() - begin,
        "problem": problem,
    }
    after = None if problem else await counter.amount()
    return {**result, "before": _text(before), "after": _text(after), **counter.sums()}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)

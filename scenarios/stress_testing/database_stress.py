"""Many users read and write a few accounts at the pace of people, while the pool of connections is watched.

Why: where several writers meet in one row, and all wait for a few connections, rows get lost or written twice, and the pool
is what everything else waits for.
Fix: nothing; this scenario only records. The checks that read it say what to do.
"""

import asyncio
from typing import Any

from readiness import Counter, Recorder, Sample, Target, TargetError, read_exposition, scenario

WATCH_SECONDS = 0.05
GAUGES = ("in_use", "max")


@scenario(
    suite="stress_testing",
    effect="write",
    capabilities=("load", "counter"),
    quick={"seconds": 1.6},
    full={"seconds": 20.0},
)
async def database_stress(
    target: Target,
    recorder: Recorder,
    *,
    users: int = 50,
    accounts: int = 10,
    seconds: float = 2.0,
    think: float = 0.6,
) -> None:
    """``users`` add to and read ``accounts`` for ``seconds``, and think for ``think`` seconds on average in between."""
    number = min(users, recorder.users)
    try:
        counters = [await Counter.prepared(target, f"stress {place}") for place in range(accounts)]
    except TargetError as problem:
        recorder.fact("problem", str(problem))
        return
    before = [await counter.amount() for counter in counters]
    recorder.phase("stress", seconds, users=number)
    until = recorder.now + seconds
    working = (_user(recorder, counters[place % accounts], until, think) for place in range(number))
    await asyncio.gather(_watch(target, recorder, think, until), *working)
    recorder.phase("count")
    told: list[dict[str, Any]] = []
    for counter, had in zip(counters, before, strict=True):
        has = await counter.amount()
        told.append({"before": _text(had), "after": _text(has), **counter.sums()})
    recorder.fact("accounts", told)
    recorder.fact("users", number)


async def _user(recorder: Recorder, counter: Counter, until: float, think: float) -> None:
    """Think, add and read, until the time is over."""
    await asyncio.sleep(recorder.random.uniform(0.0, think))
    while recorder.now < until:
        for name, send in (("counter.add", counter.add), ("counter.read", counter.read)):
            at = recorder.now
            reply = await send(10.0)
            failure = reply.error or ("" if reply.status < 400 else f"status {reply.status}")
            recorder.sample(Sample(at, recorder.now - at, 0.0, name, recorder.phase_name, reply.status, failure))
        await asyncio.sleep(recorder.random.uniform(0.5 * think, 1.5 * think))


async def _watch(target: Target, recorder: Recorder, ramp: float, until: float) -> None:
    """Read the gauges of the pool while all users are there, where the target's description names them."""
    binding = target.spec.capabilities.get("pool")
    if binding is None or binding.absent or target.spec.metrics is None:
        return
    at: list[float] = []
    values: dict[str, list[float]] = {name: [] for name in GAUGES}
    await asyncio.sleep(ramp)
    while recorder.now < until:
        now = recorder.now
        reply = await target.get(target.spec.metrics)
        series = read_exposition(reply.text).series if not reply.error and reply.status == 200 else {}
        seen = [series.get(str(binding.options.get(name, ""))) for name in GAUGES]
        if None not in seen:
            at.append(now)
            for name, value in zip(GAUGES, seen, strict=True):
                values[name].append(float(value or 0.0))
        await asyncio.sleep(WATCH_SECONDS)
    for name in GAUGES:
        recorder.readings(f"pool_{name}", "connections", at, values[name])


def _text(amount: object) -> str | None:
    return None if amount is None else str(amount)

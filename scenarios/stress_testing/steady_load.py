"""The expected load, held steady: calls start at a fixed rate, whatever the target does.

Why: an open arrival rate is how users come; a closed loop would slow down together with the target and hide its stalls.
Fix: nothing; this scenario only records. The checks that read it say what to do.
"""

import asyncio
import os
import re

from readiness import (
    ErrorLimit,
    LatencyLimit,
    Recorder,
    Stopper,
    Target,
    ThroughputLimit,
    constant_arrival_rate,
    look_times,
    read_exposition,
    scenario,
)

TIMES = re.compile(r"^(?!.*client)(.*request.*_(?:seconds|milliseconds|ms))_(count|sum)$")
"""Request times as Prometheus' clients, Micrometer and OpenTelemetry name them: a histogram or a summary, with its unit."""


@scenario(
    suite="stress_testing",
    effect="load",
    first=True,
    lasts="seconds",
    capabilities=("calls", "load"),
    quick={"rate": 350.0, "seconds": 8.7, "shortest": 8.7, "warm_up": 0.8, "rest": 0.5},
    full={"rate": 150.0, "seconds": 300.0, "early": False},
)
async def steady_load(
    target: Target,
    recorder: Recorder,
    *,
    rate: float = 230.0,
    seconds: float = 120.0,
    shortest: float = 19.2,
    early: bool = True,
    workers: int = 1,
    warm_up: float = 1.5,
    rest: float = 0.5,
) -> None:
    """Offer ``rate`` calls per second of the mix for ``seconds``; only that phase is measured, resources included.

    With ``early`` it ends where the limits that checks set by default are decided: broken from 8 s on, kept from ``shortest`` on. At
    the first look that may pass it, an error rate of 0.1 % is ruled out by 4 382 calls of which none failed. ``workers`` processes
    share a rate that is too high for one; then every phase goes to its end.
    """
    recorder.fact("offered", {"rate": rate, "seconds": seconds})
    recorder.fact("cores", os.cpu_count() or 1)
    recorder.phase("warm up", warm_up)
    await constant_arrival_rate(target, recorder, rate=rate, seconds=warm_up, workers=workers)
    pids = target.process.pids() if target.adapter.process else []
    await _rest(target, recorder, pids, "rest before ", rest)
    before = await _times(target)
    async with recorder.resources(pids):
        recorder.phase("steady", seconds)
        until = _until(rate, seconds, shortest) if early and workers == 1 else None
        await constant_arrival_rate(target, recorder, rate=rate, seconds=seconds, until=until, workers=workers)
    recorder.fact("server_times", {"before": before, "after": await _times(target), "alone": bool(pids)})
    await _rest(target, recorder, pids, "rest after ", rest)


def _until(rate: float, seconds: float, shortest: float) -> Stopper:
    """The limits of error_rate, latency_p95, latency_p99 and throughput: what is decided for them need not go on.

    A policy may set others: the checks then judge what there is, and say where it does not suffice.
    """
    limits = (LatencyLimit(95, 2.0), LatencyLimit(99, 5.0), ErrorLimit(0.001), ThroughputLimit(min(10.0, 0.9 * rate)))
    shortest = min(shortest, seconds)
    looks = {*look_times(min(8.0, shortest), shortest), *look_times(shortest, seconds)}
    return Stopper(limits, tuple(sorted(looks)), shortest=shortest, longest=seconds)


async def _times(target: Target) -> dict[str, dict[str, float]] | None:
    """How many requests the target's own metrics count, and their time: metric -> count, sum; None without metrics."""
    if target.spec.metrics is None:
        return None
    reply = await target.get(target.spec.metrics)
    await target.disconnect()  # what the steady phase reads of its connections is its own
    totals: dict[str, dict[str, float]] = {}
    for series, value in read_exposition(reply.text if reply.status == 200 else "").series.items():
        if match := TIMES.match(series.partition("{")[0]):
            own = totals.setdefault(match[1], {})
            own[match[2]] = own.get(match[2], 0.0) + value
    return totals


async def _rest(target: Target, recorder: Recorder, pids: list[int], prefix: str, seconds: float) -> None:
    """Let go of every connection and see what the target holds then: what is left is its own."""
    recorder.phase(f"warm {prefix.strip()}", 2 * seconds)
    await target.disconnect()
    await asyncio.sleep(seconds)
    async with recorder.resources(pids, prefix=prefix):
        await asyncio.sleep(seconds)

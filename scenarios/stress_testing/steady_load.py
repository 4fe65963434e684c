"""The expected load, held steady: calls start at a fixed rate, whatever the target does.

Why: an open arrival rate is how users come; a closed loop would slow down together with the target and hide its stalls.
Fix: nothing; this scenario only records. The checks that read it say what to do.
"""

import asyncio
import os

from readiness import Recorder, Target, constant_arrival_rate, scenario


@scenario(
    suite="stress_testing",
    effect="load",
    capabilities=("http", "load"),
    quick={"rate": 350.0, "seconds": 8.7, "warm_up": 0.8, "rest": 0.5},
    full={"rate": 150.0, "seconds": 300.0},
)
async def steady_load(
    target: Target,
    recorder: Recorder,
    *,
    rate: float = 200.0,
    seconds: float = 16.0,
    warm_up: float = 1.5,
    rest: float = 1.0,
) -> None:
    """Offer ``rate`` calls per second of the mix for ``seconds``; only that phase is measured, resources included.

    3 000 calls are the fewest of which none may fail for an error rate of 0.1 % to be ruled out with 95 %.
    """
    recorder.fact("offered", {"rate": rate, "seconds": seconds})
    recorder.fact("cores", os.cpu_count() or 1)
    recorder.phase("warm up", warm_up)
    await constant_arrival_rate(target, recorder, rate=rate, seconds=warm_up)
    pids = target.process.pids() if target.adapter.process else []
    await _rest(target, recorder, pids, "rest before ", rest)
    async with recorder.resources(pids):
        recorder.phase("steady", seconds)
        await constant_arrival_rate(target, recorder, rate=rate, seconds=seconds)
    await _rest(target, recorder, pids, "rest after ", rest)


async def _rest(target: Target, recorder: Recorder, pids: list[int], prefix: str, seconds: float) -> None:
    """Let go of every connection and see what the target holds then: what is left is its own."""
    recorder.phase(f"warm {prefix.strip()}", 2 * seconds)
    await target.disconnect()
    await asyncio.sleep(seconds)
    async with recorder.resources(pids, prefix=prefix):
        await asyncio.sleep(seconds)

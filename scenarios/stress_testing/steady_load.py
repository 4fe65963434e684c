"""The expected load, held steady: calls start at a fixed rate, whatever the target does.

Why: an open arrival rate is how users come; a closed loop would slow down together with the target and hide its stalls.
Fix: nothing; this scenario only records. The checks that read it say what to do.
"""

import os

from readiness import Recorder, Target, constant_arrival_rate, scenario


@scenario(
    suite="stress_testing",
    effect="load",
    capabilities=("http", "load"),
    quick={"rate": 300.0, "seconds": 10.5},
    full={"rate": 150.0, "seconds": 300.0},
)
async def steady_load(
    target: Target, recorder: Recorder, *, rate: float = 200.0, seconds: float = 16.0, warm_up: float = 1.5
) -> None:
    """Offer ``rate`` calls per second of the mix for ``seconds``; only that phase is measured, resources included.

    3 000 calls are the fewest of which none may fail for an error rate of 0.1 % to be ruled out with 95 %.
    """
    recorder.fact("offered", {"rate": rate, "seconds": seconds})
    recorder.fact("cores", os.cpu_count() or 1)
    recorder.phase("warm up", warm_up)
    await constant_arrival_rate(target, recorder, rate=rate, seconds=warm_up)
    async with recorder.resources(target.process.pids() if target.adapter.process else []):
        recorder.phase("steady", seconds)
        await constant_arrival_rate(target, recorder, rate=rate, seconds=seconds)

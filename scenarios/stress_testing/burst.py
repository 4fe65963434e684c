"""A calm load, a burst of users all at once, and the same calm load again.

Why: a target that survives a burst and stays slow after it (a stuck pool, a queue that never drains) fails its users
for hours.
Fix: nothing; this scenario only records. The checks that read it say what to do.
"""

from readiness import Recorder, Samples, Target, constant_arrival_rate, per_vu_iterations, scenario


@scenario(
    suite="stress_testing",
    effect="load",
    capabilities=("http", "load"),
    quick={"before": 1.5, "after": 1.5},
    full={"before": 20.0, "iterations": 60, "after": 20.0},
)
async def burst(
    target: Target,
    recorder: Recorder,
    *,
    rate: float = 50.0,
    before: float = 3.0,
    users: int = 50,
    iterations: int = 10,
    after: float = 4.0,
) -> None:
    """Offer ``rate`` calls per second, let ``users`` make ``iterations`` calls each at once, offer ``rate`` again."""
    recorder.phase("before", before)
    await constant_arrival_rate(target, recorder, rate=rate, seconds=before)
    recorder.phase("burst", 3.0, users=min(users, recorder.users))
    await per_vu_iterations(target, recorder, users=users, iterations=iterations)
    recorder.phase("after", after)
    await constant_arrival_rate(target, recorder, rate=rate, seconds=after)
    seen = Samples(tuple(recorder.samples))
    for name in ("before", "burst", "after"):
        part = seen.where(phase=name)
        latency = part.latency
        recorder.fact(
            name,
            {
                "calls": part.n,
                "errors": part.failed,
                "median": round(latency.percentile(50).value, 4) if part.n else None,
                "p95": round(latency.percentile(95).value, 4) if part.n else None,
            },
        )
    recorder.fact("users", min(users, recorder.users))

"""A calm load, a burst of users all at once, calm, then twice what the burst got done, and calm once more.

Why: a target that survives a burst and stays slow after it (a stuck pool, a queue that never drains) fails its users
for hours; and one that does less the more is asked of it cannot be brought back but by a restart.
Fix: nothing; this scenario only records. The checks that read it say what to do.
"""

import math

from readiness import Recorder, Samples, Target, constant_arrival_rate, per_vu_iterations, scenario

MOST_OPEN = 500
"""Connections at once: what a load balancer would let through, and half of what a process may usually open."""
MOST_RATE = 3000.0
"""Starts per second that one generator is sure to keep up with; a quicker target is not overloaded from here."""
REFUSALS = (429, 503)
"""Too Many Requests and Service Unavailable: what a service may say that has enough to do (RFC 6585, 4; RFC 9110, 15.6.4)."""
PATIENCE = 10.0
"""Seconds after the last call was due: a target that hangs is not waited for longer."""
AT_ONCE = 1.0
"""Seconds; a refusal that takes longer keeps the caller as an answer would."""


@scenario(
    suite="stress_testing",
    effect="load",
    capabilities=("calls", "load"),
    quick={"before": 1.5, "after": 1.5, "overload": 0.7, "calm": 1.3},
    full={"before": 20.0, "iterations": 60, "after": 20.0, "factor": 3.0, "overload": 3.0, "calm": 20.0},
)
async def burst(
    target: Target,
    recorder: Recorder,
    *,
    rate: float = 50.0,
    before: float = 3.0,
    users: int = 50,
    iterations: int = 10,
    after: float = 3.0,
    factor: float = 2.0,
    overload: float = 1.2,
    calm: float = 1.5,
) -> None:
    """Offer ``rate`` calls per second, let ``users`` make ``iterations`` calls each at once, offer ``rate`` again.

    Then offer ``factor`` times what was done per second in the burst for ``overload`` seconds, whatever the target does, and ``rate``
    for ``calm`` seconds. The waiting that this causes, (factor - 1) * overload, stays far below a caller's patience of 10 s.
    """
    recorder.phase("before", before)
    await constant_arrival_rate(target, recorder, rate=rate, seconds=before)
    recorder.phase("burst", 3.0, users=min(users, recorder.users))
    await per_vu_iterations(target, recorder, users=users, iterations=iterations)
    recorder.phase("after", after)
    await constant_arrival_rate(target, recorder, rate=rate, seconds=after)
    recorder.fact("users", min(users, recorder.users))
    await _overload(target, recorder, rate, factor, overload)
    recorder.phase("calm again", calm)
    await constant_arrival_rate(target, recorder, rate=rate, seconds=calm)
    for name in ("before", "burst", "after", "overload", "calm again"):
        recorder.fact(name, _summed(_part(recorder, name)))


async def _overload(target: Target, recorder: Recorder, rate: float, factor: float, seconds: float) -> None:
    """Offer ``factor`` times what the burst got done, or the calm rate where that is more."""
    best = _part(recorder, "burst").throughput
    offered = min(MOST_RATE, factor * max(best, rate))
    recorder.phase("overload", factor * seconds)
    pace = await constant_arrival_rate(
        target, recorder, rate=offered, seconds=seconds, max_users=MOST_OPEN, graceful_stop=PATIENCE
    )
    begun = pace.asked / seconds if pace.queued else pace.rate  # what waits for the target is offered, too
    told = {"offered": round(begun, 1), "seconds": seconds, "best": round(best, 1)}
    recorder.fact("excess", {**told, **_under_excess(_part(recorder, "overload"), pace.asked, seconds)})


def _under_excess(calls: Samples, asked: int, seconds: float) -> dict[str, float]:
    """What became of ``asked`` calls that were due within ``seconds``: served, refused at once, waiting when the last was due.

    Calls that came to no end in time are not among ``calls``.
    The served rate counts the first 95 % of the good answers, so that one straggler does not stand for all, over the time
    that they took and no less than ``seconds``, so that a good beginning does not either.
    """
    begin = min((row.at for row in calls.rows), default=0.0)
    good = sorted(row.at + row.latency - begin for row in calls.rows if not row.error)
    most = math.ceil(0.95 * len(good))
    return {
        "calls": asked,
        "served": len(good),
        "refused": sum(1 for row in calls.rows if row.status in REFUSALS and row.latency <= AT_ONCE),
        "waiting": asked - sum(1 for row in calls.rows if row.at + row.latency - begin <= seconds),
        "goodput": round(most / max(seconds, good[most - 1]), 1) if good else 0.0,
    }


def _part(recorder: Recorder, phase: str) -> Samples:
    return Samples(tuple(recorder.samples)).where(phase=phase)


def _summed(part: Samples) -> dict[str, float | None]:
    latency = part.latency
    return {
        "calls": part.n,
        "errors": part.failed,
        "median": round(latency.percentile(50).value, 4) if part.n else None,
        "p95": round(latency.percentile(95).value, 4) if part.n else None,
    }

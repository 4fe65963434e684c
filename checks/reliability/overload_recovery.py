"""When an overload is over it is over: the calm rate is answered as before, without anybody's help.

Why: what overload leaves behind (a queue that is worked off for callers who have left, a pool that stays full, retries that
feed each other) keeps a service down for hours after the crowd has gone; then only a restart helps.
Fix: bound queues, drop what nobody waits for any more, give every wait a deadline, and retry with a budget.
Source: Bronson et al., Metastable Failures in Distributed Systems, HotOS 2021.
"""

import numpy as np

from readiness import Distribution, Measured, Recording, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="burst",
    fix="Bound queues, drop work whose caller has left, give every wait a deadline, and retry with a budget only.",
    effort="days",
)
def overload_recovery(recording: Recording, *, objective: float = 0.5, limit: float = 1.0) -> Measured | Unknown:
    """95th percentile in the calm phase right after the overload, in seconds; lower is better.

    Overload is twice what a burst of users got done; the bounds are those after that burst (burst_recovery). Failed calls
    count as 10 s, the client's timeout.
    """
    before, after = (recording.samples.where(phase=name) for name in ("before", "calm again"))
    told = recording.facts.get("excess")
    if not before.n or not after.n or not told or not told["calls"]:
        return Unknown("no overload was recorded, or no calm phase before or after it")
    if told["offered"] < 1.2 * told["best"]:
        return Unknown(
            f"only {told['offered']:.0f} calls/s could be offered from here, and the burst had {told['best']:.0f} done: no overload"
        )
    judged = [max(row.latency, 10.0) if row.error else row.latency for row in after.rows]
    value = Distribution(np.array(judged, dtype=np.float64)).percentile(95)
    reason = (
        f"p95 was {before.latency.percentile(95).value:.3f} s before {told['offered']:.0f} calls/s were offered and "
        f"{after.latency.percentile(95).value:.3f} s right after; {after.failed} of {after.n} calls failed then"
    )
    return Measured(value, "s", objective, limit, "lower", reason)

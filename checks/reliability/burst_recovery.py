"""After a burst everything is as before: the same calm load is answered as fast as it was.

Why: a burst is over in seconds; a pool that stays exhausted or a queue that never drains makes an outage of it.
Fix: look for what the burst left behind: connections not given back, threads that wait, retries that feed each other.
"""

import numpy as np

from readiness import Distribution, Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="burst",
    fix="Find what the burst leaves behind: connections not given back, threads that still wait, retries that pile up.",
    effort="days",
)
def burst_recovery(recording: Recording, *, objective: float = 0.5, limit: float = 1.0) -> Measured | Unknown:
    """95th percentile in the phase after the burst, in seconds; lower is better.

    The objective is that of steady load (latency_p95), for nothing may be left of the burst. Failed calls count as 10
    s.
    """
    phases = {name: recording.samples.where(phase=name) for name in ("before", "burst", "after")}
    if empty := [name for name, part in phases.items() if not part.n]:
        return Unknown(f"no call was made in the phase {empty[0]!r}, so before and after cannot be compared")
    after = phases["after"]
    rows = tuple(
        (
            name,
            part.n,
            part.failed,
            round(part.latency.percentile(50).value, 4),
            round(part.latency.percentile(95).value, 4),
        )
        for name, part in phases.items()
    )
    evidence = Table("Before, in and after the burst", ("phase", "calls", "failed", "median s", "p95 s"), rows)
    reason = f"p95 was {rows[0][4]:.3f} s before, {rows[1][4]:.3f} s in and {rows[2][4]:.3f} s after the burst"
    if before := phases["before"].failed:
        reason += f"; {before} calls had failed even before"
    if after.failed:
        kind, times = next(iter(after.errors.items()))
        reason += f"; {after.failed} of {after.n} calls failed after it (most often: {kind}, {times} times)"
    judged = [max(row.latency, 10.0) if row.error else row.latency for row in after.rows]
    value = Distribution(np.array(judged, dtype=np.float64)).percentile(95)
    return Measured(value, "s", objective, limit, "lower", reason, (evidence,))

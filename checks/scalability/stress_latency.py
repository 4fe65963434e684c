"""Under the most users calls still answer in time: the 95th percentile at the top of the ramp.

Why: load doubles on the worst day; a target that answers late under stress makes its callers retry, which doubles it
again.
Fix: the evidence shows from which number of users on the tail grows: look for what they queue for (a lock, a pool,
the CPU).
"""

import numpy as np

from readiness import Distribution, Measured, Recording, Table, Unknown, check


@check(
    category="scalability",
    severity="critical",
    needs="user_grid",
    fix="Find what the users queue for from the step on at which the tail grows: a lock, a pool, the CPU.",
    effort="days",
)
def stress_latency(recording: Recording, *, objective: float = 1.0, limit: float = 2.0) -> Measured | Unknown:
    """95th percentile in seconds at the largest number of users; lower is better. 2 s is the seed requirement's limit.

    Failed calls count as 10 s (the client's timeout): they were not answered in time.
    """
    grid = recording.facts.get("grid")
    if not grid:
        return Unknown("the recording has no steps of users")
    users = max(row["users"] for row in grid)
    top = recording.samples.where(phase=f"users {users}")
    if not top.n:
        return Unknown(f"no call was made with {users} users")
    judged = [max(row.latency, 10.0) if row.error else row.latency for row in top.rows]
    estimate = Distribution(np.array(judged, dtype=np.float64)).percentile(95)
    reason = f"p95 is {estimate.value:.3f} s with {users} users ({top.n} calls, {top.failed} failed)"
    rows = tuple((row["users"], row["operations"], row["p95"], row["errors"], row["throughput"]) for row in grid)
    evidence = Table("Steps of users", ("users", "calls", "p95 s", "failed", "verified/s"), rows)
    return Measured(estimate, "s", objective, limit, "lower", reason, (evidence,))

"""The pool of connections has room: under many users most of the time some connection is free.

Why: when the pool is used up, everything waits for it, the quick queries too, and each waiter holds a thread.
Fix: hold a connection for the query alone (not while rendering or calling others), make slow queries fast, then enlarge the
pool. Source: at least 5 connections, less than 80 % of them in use (seed requirement).
"""

from readiness import Fact, Measured, Readings, Recording, Series, Unknown, check

FEWEST_READINGS = 10


@check(
    category="scalability",
    severity="major",
    needs="database_stress",
    capabilities=("metrics", "pool"),
    fix="Hold a connection for the query alone; make slow queries fast; then enlarge the pool.",
)
def pool_utilization(
    recording: Recording, *, objective: float = 0.5, limit: float = 0.8, fewest: int = 5
) -> Fact | Measured | Unknown:
    """Connections in use / connections allowed, on average over the stress; lower is better. ``fewest`` must be allowed."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    used, most = (recording.readings.get(f"pool_{name}", Readings()) for name in ("in_use", "max"))
    if len(used.values) < FEWEST_READINGS:
        return Unknown(f"{len(used.values)} readings of the pool's gauges; at least {FEWEST_READINGS} are needed")
    evidence = (Series("Connections in use", "connections", used.at, used.values),)
    size = min(most.values)
    if size < fewest:
        return Fact(False, f"the pool allows {size:g} connections; at least {fewest} are needed", evidence)
    users = recording.facts.get("users")
    reason = (
        f"{used.mean:.1f} of {size:g} connections were in use on average, {used.peak:g} at most, with {users} users"
    )
    return Measured(used.mean / size, "of the pool", objective, limit, "lower", reason, evidence)

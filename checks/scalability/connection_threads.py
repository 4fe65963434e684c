"""Idle connections do not cost a thread or process each.

Why: threads take stack and scheduling, and their number has a limit that is reached without any load.
Fix: wait for connections in an event loop, and give a thread to a request only.
"""

import statistics

from readiness import Measured, Readings, Recording, Unknown, check


@check(
    category="scalability",
    severity="minor",
    needs="many_connections",
    fix="Wait for connections in an event loop; give threads to requests, from a pool with a bound.",
    effort="days",
)
def connection_threads(recording: Recording, *, objective: float = 0.2, limit: float = 0.5) -> Measured | Unknown:
    """Threads per idle connection; lower is better. Half a thread each is closer to one than to none (our choice)."""
    before = recording.readings.get("rest before threads", Readings()).values
    during = recording.readings.get("idle threads", Readings()).values
    opened = recording.facts.get("idle", {}).get("open", 0)
    if min(len(before), len(during)) < 3 or not opened:
        return Unknown(f"{len(before)} and {len(during)} readings of threads and {opened} connections: too few")
    first, last = statistics.median(before), statistics.median(during)
    reason = f"{first:.0f} threads at rest, {last:.0f} with {opened} idle connections"
    return Measured(max(0.0, last - first) / opened, "threads", objective, limit, "lower", reason)

"""A connection costs little memory.

Why: ten thousand connections are a usual evening; at a megabyte each they are ten gigabytes.
Fix: allocate buffers when data comes; look at what is kept for each connection.
"""

import statistics

from readiness import Measured, Readings, Recording, Unknown, check


@check(
    category="scalability",
    severity="minor",
    needs="many_connections",
    fix="Allocate buffers when data arrives, make them smaller, and do not give each connection a thread.",
)
def connection_memory(recording: Recording, *, objective: float = 100e3, limit: float = 1e6) -> Measured | Unknown:
    """Resident bytes per idle connection; lower is better.

    At the limit the 1024 connections that a usual descriptor limit allows are the seed's 1 GiB of memory.
    """
    before = recording.readings.get("rest before rss_bytes", Readings()).values
    during = recording.readings.get("idle rss_bytes", Readings()).values
    opened = recording.facts.get("idle", {}).get("open", 0)
    if min(len(before), len(during)) < 3 or not opened:
        return Unknown(f"{len(before)} and {len(during)} memory readings and {opened} connections: too few to compare")
    each = max(0.0, statistics.median(during) - statistics.median(before)) / opened
    return Measured(each, "B", objective, limit, "lower", f"{each / 1e3:.1f} kB for each of {opened} idle connections")

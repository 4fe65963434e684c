"""What connections took is given back when they end.

Why: a descriptor that stays open for each client that left ends all new connections after a day.
Fix: close the connection in a `finally`, also when the client vanished in the middle.
"""

import statistics

from readiness import Measured, Readings, Recording, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="many_connections",
    fix="List what stays open (ls -l /proc/PID/fd) and close it in a `finally`, also for clients that vanished.",
)
def connections_released(recording: Recording, *, objective: float = 5.0, limit: float = 20.0) -> Measured | Unknown:
    """Open descriptors at rest, after idle, slow and abandoned connections against before; lower is better.

    The limit is half of the requests that were abandoned: what keeps every second one leaks (our choice).
    """
    before = recording.readings.get("rest before descriptors", Readings()).values
    after = recording.readings.get("rest after descriptors", Readings()).values
    if min(len(before), len(after)) < 3:
        return Unknown(f"{len(before)} and {len(after)} readings at rest; at least 3 of each are needed")
    first, last = statistics.median(before), statistics.median(after)
    reason = f"open descriptors at rest: {first:.0f} before and {last:.0f} after all connections had ended"
    return Measured(last - first, "descriptors", objective, limit, "lower", reason)

"""File descriptors are given back: their number does not grow with the calls served.

Why: a process may open 1024 files on most systems; one left open per call ends all new connections, without any
warning before.
Fix: open files and connections in a `with` block; list what is open (`ls -l /proc/PID/fd`) and look for the name that
repeats.
"""

import statistics

from readiness import Measured, Readings, Recording, Series, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="steady_load",
    capabilities=("process",),
    fix="List what stays open (ls -l /proc/PID/fd), find the name that repeats, and close it in a `with` block.",
)
def descriptor_leak(recording: Recording, *, objective: float = 20.0, limit: float = 100.0) -> Measured | Unknown:
    """Open descriptors at rest, after the steady load against before it; lower is better.

    At rest the client holds no connection, so what is open then is the target's own. 100 is a tenth of the usual soft limit
    of 1024 (getrlimit(2), RLIMIT_NOFILE).
    """
    before = recording.readings.get("rest before descriptors", Readings())
    after = recording.readings.get("rest after descriptors", Readings())
    if min(len(before.values), len(after.values)) < 5:
        return Unknown(f"{len(before.values)} and {len(after.values)} readings at rest; at least 5 of each are needed")
    calls = recording.samples.where(phase="steady").n
    if not calls:
        return Unknown("no call was made in the phase 'steady', so nothing could have leaked")
    first, last = statistics.median(before.values), statistics.median(after.values)
    reason = f"open descriptors at rest: {first:.0f} before and {last:.0f} after {calls} calls ({last - first:+.0f})"
    during = recording.readings.get("descriptors", Readings())
    evidence = Series("Open file descriptors under load", "", during.at, during.values)
    return Measured(last - first, "descriptors", objective, limit, "lower", reason, (evidence,))

"""File descriptors are given back: their number does not grow with the calls served.

Why: a process may open 1024 files on most systems; one left open per call ends all new connections, without any
warning before.
Fix: open files and connections in a `with` block; list what is open (`ls -l /proc/PID/fd`) and look for the name that
repeats.
"""

import math

from readiness import Measured, Readings, Recording, Series, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="steady_load",
    capabilities=("process",),
    fix="List what stays open (ls -l /proc/PID/fd), find the name that repeats, and close it in a `with` block.",
)
def descriptor_leak(recording: Recording, *, objective: float = 20.0, limit: float = 100.0) -> Measured | Unknown:
    """Open descriptors, last fifth against first fifth of the steady load; lower is better.

    100 is a tenth of the usual soft limit of 1024 (getrlimit(2), RLIMIT_NOFILE); some growth is the client's own
    connections.
    """
    descriptors = recording.readings.get("descriptors", Readings())
    if math.isnan(growth := descriptors.growth):
        return Unknown(f"{len(descriptors.values)} readings of open descriptors; at least 10 are needed to see growth")
    calls = recording.samples.where(phase="steady").n
    if not calls:
        return Unknown("no call was made in the phase 'steady', so nothing could have leaked")
    first, last = descriptors.values[0], descriptors.values[-1]
    seen = f"first {first:.0f}, last {last:.0f}, peak {descriptors.peak:.0f}"
    reason = f"open descriptors changed by {growth:+.0f} over {calls} calls ({seen})"
    evidence = Series("Open file descriptors", "", descriptors.at, descriptors.values)
    return Measured(growth, "descriptors", objective, limit, "lower", reason, (evidence,))

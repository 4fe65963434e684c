"""Threads end: their number does not grow with the calls served.

Why: a thread that is left waiting for each hundredth call ends in a process that can start no more.
Fix: give threads a pool with a bound, and their waiting a timeout.
"""

import statistics

from readiness import Measured, Readings, Recording, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="steady_load",
    capabilities=("process",),
    fix="Dump the stacks (py-spy dump, jstack) after a load: the place where many threads wait is the one.",
)
def thread_leak(recording: Recording, *, objective: float = 40.0, limit: float = 100.0) -> Measured | Unknown:
    """Threads at rest, after the steady load against before it; lower is better.

    The objective is the size to which Python's thread pools for a service of this kind grow (anyio: 40); the limit is
    beyond any pool that is sized for a few cores.
    """
    before = recording.readings.get("rest before threads", Readings()).values
    after = recording.readings.get("rest after threads", Readings()).values
    if min(len(before), len(after)) < 5:
        return Unknown(f"{len(before)} and {len(after)} readings at rest; at least 5 of each are needed")
    calls = recording.samples.where(phase="steady").n
    if not calls:
        return Unknown("no call was made in the phase 'steady', so nothing could have leaked")
    first, last = statistics.median(before), statistics.median(after)
    reason = f"threads at rest: {first:.0f} before and {last:.0f} after {calls} calls ({last - first:+.0f})"
    return Measured(last - first, "threads", objective, limit, "lower", reason)

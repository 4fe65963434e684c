"""There is no moment in which nothing is answered.

Why: a pause of seconds (garbage collection, a lock, a compaction) hits everybody at once; percentiles of minutes hide it.
Fix: look what happened in the seconds of the evidence; move it off the path of requests or cut it into pieces.
"""

import itertools

from readiness import Measured, Recording, Unknown, check


@check(
    category="performance",
    severity="major",
    needs="steady_load",
    fix="Find what stopped everything at the time in the reason: a collection, a lock, a synchronous write.",
)
def no_stall(recording: Recording, *, objective: float = 0.5, limit: float = 2.0) -> Measured | Unknown:
    """The longest gap between two good answers under steady arrivals, in seconds; lower is better.

    The limits are those of latency_p95: a gap makes everybody who comes in it wait for its rest.
    """
    steady = recording.samples.where(phase="steady").rows
    ends = sorted(row.at + row.latency for row in steady if not row.error)
    if len(ends) < 100:
        return Unknown(f"{len(ends)} good answers; at least 100 are needed to tell a gap from chance")
    gaps = [(after - before, before) for before, after in itertools.pairwise(ends)]
    longest, at = max(gaps)
    reason = f"the longest time without a good answer was {longest:.3f} s, {at:.1f} s after the begin"
    return Measured(longest, "s", objective, limit, "lower", reason)

"""Memory does not grow with the calls served: the last fifth of the steady load against its first fifth.

Why: what grows with every call ends in a killed process, usually at night; a minute of load shows a leak that a week
would.
Fix: take two heap snapshots under load and compare them; usual suspects are caches without a bound and lists at
module level.
"""

import math

from readiness import Measured, Readings, Recording, Series, Unknown, check


@check(
    category="performance",
    severity="critical",
    needs="steady_load",
    capabilities=("process",),
    fix="Compare two heap snapshots taken under load (tracemalloc); bound every cache and every list at module level.",
)
def memory_growth(recording: Recording, *, objective: float = 20e6, limit: float = 100e6) -> Measured | Unknown:
    """Bytes from the median of the first fifth to that of the last; lower is better. 100 MB is the seed's limit."""
    resident = recording.readings.get("rss_bytes", Readings())
    if math.isnan(growth := resident.growth):
        return Unknown(f"{len(resident.values)} memory readings; at least 10 are needed to tell growth from noise")
    calls = recording.samples.where(phase="steady").n
    if not calls:
        return Unknown("no call was made in the phase 'steady', so nothing could have made memory grow")
    seconds = resident.at[-1] - resident.at[0]
    per_call = growth / calls / 1e3
    reason = f"resident memory changed by {growth / 1e6:+.1f} MB in {seconds:.0f} s ({per_call:+.1f} kB per call)"
    evidence = Series("Resident memory", "B", resident.at, resident.values)
    return Measured(growth, "B", objective, limit, "lower", reason, (evidence,))

"""Memory stays within what the target is given: the peak resident size of its processes under the expected load.

Why: a process that reaches its memory limit is killed by the system, in the middle of whatever it does.
Fix: look at the series: a plateau wants smaller caches or batches, a slope is a leak (see memory_growth); or give it
more memory.
"""

import math

from readiness import Measured, Readings, Recording, Series, Unknown, check


@check(
    category="performance",
    severity="critical",
    needs="steady_load",
    capabilities=("process",),
    fix="Make caches and batches smaller, stream what is read whole, or raise the memory limit of the deployment.",
)
def memory_use(
    recording: Recording, *, objective: float = 512 * 2**20, limit: float = 1024 * 2**20
) -> Measured | Unknown:
    """Peak resident bytes of the whole process tree; lower is better. 1 GiB is the seed requirement's limit."""
    resident = recording.readings.get("rss_bytes", Readings())
    if math.isnan(resident.peak):
        return Unknown("no memory reading: the gate did not start this target, so it cannot see its processes")
    reason = f"peak of {resident.peak / 2**20:.0f} MiB resident over {len(resident.values)} readings"
    evidence = Series("Resident memory", "B", resident.at, resident.values)
    return Measured(resident.peak, "B", objective, limit, "lower", reason, (evidence,))

"""The processor has room left: the share of its cores that the target uses under the expected load.

Why: above four fifths queues grow faster than load, and nothing is left for a burst or for the loss of an instance.
Fix: profile under load; a thread that spins, work repeated for every call, or logging are the usual finds.
"""

import math

from readiness import Measured, Readings, Recording, Series, Unknown, check


@check(
    category="performance",
    severity="major",
    needs="steady_load",
    capabilities=("process",),
    fix="Profile under load (py-spy top --pid PID): look for a thread that spins and for work repeated for every call.",
)
def cpu_use(
    recording: Recording, *, objective: float = 0.4, limit: float = 0.8, allotted_cores: float = 1.0
) -> Measured | Unknown:
    """Mean cores used / cores allotted; lower is better. 80 % sustained is the seed requirement's limit.

    ``allotted_cores`` is what one instance gets (a container's CPU limit); 0 takes all cores of this machine.
    """
    used = recording.readings.get("cpu_cores", Readings())
    cores = allotted_cores or float(recording.facts.get("cores", 0))
    if math.isnan(used.mean) or not cores:
        return Unknown("no reading of CPU time: the gate did not start this target, so it cannot see its processes")
    calls = recording.samples.where(phase="steady")
    if not calls.n:
        return Unknown("no call was made in the phase 'steady', so this is not its use under load")
    reason = f"{used.mean:.2f} of {cores:g} allotted cores on average (peak {used.peak:.2f})"
    reason += f" at {calls.throughput:.0f} operations/s"
    evidence = Series("CPU use", "cores", used.at, used.values)
    return Measured(used.mean / cores, "of allotted cores", objective, limit, "lower", reason, (evidence,))

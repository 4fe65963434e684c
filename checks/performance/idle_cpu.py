"""At rest it uses no processor time.

Why: what polls while nobody calls takes the core from its neighbours and the money from its owner, all night.
Fix: wait for events instead of asking again and again; give timers seconds, not milliseconds.
"""

import math

from readiness import Measured, Readings, Recording, Unknown, check


@check(
    category="performance",
    severity="minor",
    needs="start_stop",
    fix="Profile it at rest (py-spy top --pid PID): look for a loop that polls or a timer of milliseconds.",
)
def idle_cpu(recording: Recording, *, objective: float = 0.05, limit: float = 0.25) -> Measured | Unknown:
    """Mean cores used without any request; lower is better. A quarter of a core at rest is lost for work (our choice)."""
    used = recording.readings.get("idle cpu_cores", Readings())
    if math.isnan(used.mean) or len(used.values) < 5:
        return Unknown(f"{len(used.values)} readings of CPU time at rest; at least 5 are needed")
    return Measured(
        used.mean, "cores", objective, limit, "lower", f"{used.mean:.3f} cores on average without any request"
    )

"""It is ready soon after its start.

Why: every deployment, crash and scale-out waits for it; what starts slowly cannot be added when the load comes.
Fix: load models and fill caches after readiness, or in parallel; import less.
"""

import statistics

from readiness import Measured, Recording, Unknown, check


@check(
    category="performance",
    severity="minor",
    needs="start_stop",
    fix="Measure the imports and the first connections; do what is not needed for the first answer afterwards.",
)
def cold_start(recording: Recording, *, objective: float = 5.0, limit: float = 30.0) -> Measured | Unknown:
    """Median of the seconds from the start to the first good answer; lower is better.

    30 s is three times the period of a readiness probe with Kubernetes' defaults, after which a start is given up.
    """
    starts = [one["start_seconds"] for one in recording.facts.get("rounds", ()) if not one["problem"]]
    if not starts:
        return Unknown("no start succeeded")
    reason = f"ready after {statistics.median(starts):.2f} s (median of {len(starts)}; slowest {max(starts):.2f} s)"
    return Measured(statistics.median(starts), "s", objective, limit, "lower", reason)

"""Calls do not get slower the longer the load lasts.

Why: what grows with every call (a list that is searched, a queue that never drains) is unnoticed in a test of a minute
and an outage after a day.
Fix: look for what is searched or copied for each call, and for work that is put off.
"""

from readiness import Measured, Recording, Samples, Unknown, check


@check(
    category="performance",
    severity="major",
    needs="steady_load",
    fix="Look for what grows with every call: a list that is searched, a queue that is not drained, a table without an index.",
)
def latency_drift(
    recording: Recording, *, objective: float = 1.5, limit: float = 3.0, least_median: float = 0.01
) -> Measured | Unknown:
    """Median of response time in the last fifth of the steady load / that in the first fifth; lower is better.

    Below ``least_median`` seconds a median counts as that. The limit is our choice: three times as slow within the
    seconds of a run is not noise of the machine.
    """
    steady = recording.samples.where(phase="steady")
    rows = sorted(steady.rows, key=lambda row: row.at)
    fifth = len(rows) // 5
    if fifth < 30:
        return Unknown(f"{len(rows)} calls; at least 150 are needed to compare the ends")
    first = Samples(tuple(rows[:fifth])).latency.percentile(50).value
    last = Samples(tuple(rows[-fifth:])).latency.percentile(50).value
    ratio = max(last, least_median) / max(first, least_median)
    reason = f"the median went from {first:.4f} s to {last:.4f} s in {rows[-1].at - rows[0].at:.0f} s"
    return Measured(ratio, "", objective, limit, "lower", reason)

"""The slowest calls are not of another world than the usual one.

Why: a tail far from the median is not load but an accident that some callers meet: a lock, a retry, a cold cache.
Fix: compare a slow call with a usual one of the same operation, and look for what it waited for.
Source: Dean & Barroso, The Tail at Scale, 2013.
"""

from readiness import Measured, Recording, Unknown, check


@check(
    category="performance",
    severity="minor",
    needs="steady_load",
    fix="Compare a slow call with a usual one of the same operation: what did it wait for?",
)
def tail_ratio(
    recording: Recording, *, objective: float = 10.0, limit: float = 50.0, least_median: float = 0.01
) -> Measured | Unknown:
    """99th percentile / median of response time; lower is better (our choice of limits).

    Below ``least_median`` seconds the median counts as that: of a quick service the tail is the scheduler's.
    """
    steady = recording.samples.where(phase="steady")
    if steady.n < 299:
        return Unknown(f"{steady.n} calls; at least 299 are needed for a 99th percentile")
    median, tail = steady.latency.percentile(50).value, steady.latency.percentile(99).value
    ratio = tail / max(median, least_median)
    reason = f"the 99th percentile is {tail:.4f} s, the median {median:.4f} s, over {steady.n} calls"
    return Measured(ratio, "", objective, limit, "lower", reason)

"""A burst of users is answered in time.

Why: who waits too long in the rush asks again, and makes it worse.
Fix: shorten what each call holds while others wait; refuse early what cannot be served in time.
"""

from readiness import Measured, Recording, Unknown, check


@check(
    category="scalability",
    severity="minor",
    needs="burst",
    fix="Shorten what each call holds while others wait (locks, connections), or add workers.",
    effort="days",
)
def burst_latency(recording: Recording, *, objective: float = 1.0, limit: float = 5.0) -> Measured | Unknown:
    """95th percentile of response time in the burst, in seconds; lower is better. The limits are those of latency_p99."""
    burst = recording.samples.where(phase="burst")
    if burst.n < 59:
        return Unknown(f"{burst.n} calls in the burst; at least 59 are needed to bound a 95th percentile")
    estimate = burst.latency.percentile(95)
    reason = f"p95 is {estimate.value:.3f} s over {burst.n} calls of the burst ({burst.failed} failed)"
    return Measured(estimate, "s", objective, limit, "lower", reason)

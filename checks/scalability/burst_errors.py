"""A burst of users is served, not refused.

Why: users come together, after a mail, an opening, an outage; what fails then fails in the moment that counts.
Fix: let requests queue for a moment; raise the limit in flight; add instances before the burst where it is known.
"""

from readiness import Recording, Share, Unknown, check


@check(
    category="scalability",
    severity="major",
    needs="burst",
    fix="Let requests wait for a connection or worker instead of refusing them; raise the limit in flight.",
)
def burst_errors(recording: Recording, *, limit: float = 0.95) -> Share | Unknown:
    """Share of the burst's calls that succeed; 5 % failures are what stress may cost (as in stress_errors)."""
    calm, burst = recording.samples.where(phase="before"), recording.samples.where(phase="burst")
    if not burst.n:
        return Unknown("no call was made in the burst")
    if calm.n and calm.failed / calm.n > 1 - limit:
        return Unknown(f"{calm.failed} of {calm.n} calls failed before the burst already")
    kinds = ", ".join(f"{kind} {count} times" for kind, count in list(burst.errors.items())[:3])
    reason = f"{burst.n - burst.failed} of {burst.n} calls of the burst succeeded" + (f"; {kinds}" if kinds else "")
    return Share(burst.n - burst.failed, burst.n, limit, reason=reason)

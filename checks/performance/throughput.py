"""The target does its work at the expected rate: verified operations per second under the expected load.

Why: answers that are wrong or never come are no work done, so only verified ones count; too few per second and a
queue grows.
Fix: find what saturates first (CPU, a lock, a pool of connections), or offer less: a rate that nobody sends needs no
capacity.
"""

from readiness import Measured, Recording, Unknown, check


@check(
    category="performance",
    severity="critical",
    needs="steady_load",
    fix="Find what saturates first: CPU, a lock, a pool of connections. Then widen it or run more instances.",
    effort="days",
)
def throughput(recording: Recording, *, objective: float = 100.0, limit: float = 10.0) -> Measured | Unknown:
    """Verified operations per second; higher is better. The limit of 10/s is the seed requirement's."""
    steady = recording.samples.where(phase="steady")
    if not steady.n:
        return Unknown("no call was made in the phase 'steady'")
    offered = recording.facts.get("offered", {}).get("rate")
    if offered is None:
        return Unknown("the recording does not say which rate was offered")
    good = steady.n - steady.failed
    done = f"{good} of {steady.n} calls in {steady.seconds:.1f} s; {offered:g}/s offered"
    reason = f"{steady.throughput:.1f} verified operations/s ({done})"
    # What was never offered cannot be done: a light load must not look like a slow target.
    return Measured(
        steady.throughput, "ops/s", min(objective, 0.9 * offered), min(limit, 0.9 * offered), "higher", reason
    )

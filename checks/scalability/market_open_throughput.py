"""The service keeps up with the opening of the market: enough operations per second while quotes are ingested.

Why: the rush at the bell comes together with the most updates; users and feed compete for the same locks and the same
processor. Fix: keep ingestion off the path of readers: replace data in one step instead of locking it.
"""

from readiness import Measured, Recording, Unknown, check


@check(
    category="scalability",
    severity="major",
    needs="market_open",
    fix="Keep readers off the locks that ingestion holds; compute the served form once for each update.",
)
def market_open_throughput(
    recording: Recording, *, objective: float = 100.0, limit: float = 50.0, updates_per_second: float = 2.0
) -> Measured | Unknown:
    """Verified operations per second of all users together; the limit is the desk's expected rate at the open."""
    calls = recording.samples.where(phase="open")
    if not calls.n:
        return Unknown("no call was made while the market opened")
    updates = [u for u in recording.facts.get("updates", ()) if u["ingest"]["status"] == 200]
    rate = len(updates) / calls.seconds if calls.seconds > 0 else 0.0
    if rate < updates_per_second / 2:
        return Unknown(f"only {rate:.1f} updates/s arrived beside the users; right would be {updates_per_second:g}")
    users = recording.facts.get("users", "?")
    kinds = ", ".join(f"{count} x {kind}" for kind, count in calls.errors.items()) or "none"
    reason = (
        f"{calls.throughput:.0f} operations/s from {users} users beside {rate:.1f} updates/s; "
        f"{calls.n} calls in {calls.seconds:.1f} s, failures: {kinds}"
    )
    return Measured(calls.throughput, "ops/s", objective, limit, "higher", reason=reason)

"""Users who call in the same moment are all served.

Why: calls bunch (a market opens, a page loads, a job starts); what refuses a crowd fails in exactly those moments.
Fix: the evidence counts the refusals; look for a limit on requests in flight, a pool without a queue, or a lock with
a timeout.
"""

from readiness import Recording, Share, Table, Unknown, check


@check(
    category="scalability",
    severity="critical",
    needs="user_grid",
    fix="Let requests wait a moment for a connection or thread instead of refusing them; raise the limit in flight.",
)
def concurrent_operations(recording: Recording, *, limit: float = 0.95) -> Share | Unknown:
    """Share of the calls sent at once that succeed; 5 % failures are what stress may cost (as in stress_errors)."""
    concurrent = recording.facts.get("concurrent")
    if not concurrent or not concurrent["tries"]:
        return Unknown("no calls were sent at once")
    good, tries = concurrent["good"], concurrent["tries"]
    crowds = " and ".join(str(users) for users in concurrent["users"])
    together = recording.samples.where(phase="at once")
    reason = f"{good} of {tries} calls succeeded when {crowds} users called in the same moment"
    rows = tuple(together.errors.items())
    if rows:
        reason += f"; most often: {rows[0][0]} ({rows[0][1]} times)"
    evidence = (Table("Failures of calls sent at once", ("failure", "calls"), rows),) if rows else ()
    return Share(good, tries, limit, reason=reason, evidence=evidence)

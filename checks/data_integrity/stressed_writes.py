"""Under many users no write is lost and none is made twice: each account holds what was acknowledged.

Why: what a quiet test cannot show (conflicts that are retried, timeouts, a pool that is used up) happens when many write.
Fix: make each change atomic and a retry of it idempotent; answer only after the commit.
Source: 50 users read and write and no row is lost or duplicated (seed requirement).
"""

from decimal import Decimal

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="database_stress",
    fix="Make each change atomic and its retry idempotent (a key or a version); answer only after the commit.",
)
def stressed_writes(recording: Recording) -> Fact | Unknown:
    """Every account grew by its acknowledged additions, and by no more than those and the ones without an answer."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    told = recording.facts.get("accounts")
    if not told:
        return Unknown("no writes were recorded")
    if any(one["before"] is None or one["after"] is None for one in told):
        return Unknown("an account could not be read")
    writes = sum(1 for row in recording.samples.rows if row.operation == "counter.add" and not row.error)
    if not writes:
        return Unknown("no write was acknowledged")
    rows = tuple(
        (place, str(Decimal(one["after"]) - Decimal(one["before"])), one["acknowledged"], one["unknown"])
        for place, one in enumerate(told)
    )
    evidence = (Table("Accounts", ("account", "grew by", "acknowledged", "without an answer"), rows),)
    for place, grown, acknowledged, unknown in rows:
        excess = Decimal(grown) - Decimal(acknowledged)
        if excess < 0:
            return Fact(False, f"account {place} lacks {-excess} of {acknowledged} that were acknowledged", evidence)
        if excess > Decimal(unknown):
            reason = f"account {place} holds {excess - Decimal(unknown)} that nobody added or that was added twice"
            return Fact(False, reason, evidence)
    users = recording.facts.get("users")
    return Fact(True, f"{writes} writes of {users} users to {len(rows)} accounts are all there, each once", evidence)

"""Concurrent changes all count: after many additions at once the amount is the sum of those that were acknowledged.

Why: read, add, write back loses what another caller wrote in between; with money, somebody's deposit is gone.
Fix: add in the database (UPDATE ... SET x = x + ?), or compare a version and retry, or serialise writers of one row.
"""

from decimal import Decimal

from readiness import Fact, Recording, Unknown, check, integrity


@check(
    category="data_integrity",
    severity="blocker",
    needs="concurrent_writes",
    fix="Make the change atomic: add in the database, or detect the conflict by a version and try again.",
)
def lost_update(recording: Recording) -> Fact | Unknown:
    """The amount grew by the acknowledged additions and some of the unanswered ones, in every round."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    history = integrity.read_rows(recording.facts.get("history", ()), Decimal)
    verdict = integrity.lost_updates(history)
    evidence = (integrity.table("What contradicts itself", verdict.witness),) if verdict.witness else ()
    return verdict.outcome(evidence)

"""Time does not run backwards: an amount that only grows is never read lower than the same client read it before.

Why: answers that come now from one copy and now from another that lags show a deposit, and then show it gone.
Terry and others, "Session guarantees for weakly consistent replicated data" (1994). Fix: keep a client on one copy, or
let it send along the version that it has seen.
"""

from decimal import Decimal

from readiness import Fact, Recording, Unknown, check, integrity


@check(
    category="data_integrity",
    severity="major",
    needs="concurrent_writes",
    fix="Answer a client from one copy, or refuse to answer from one that is older than what it has seen.",
)
def monotonic_reads(recording: Recording) -> Fact | Unknown:
    """Reads of one client, one after the other, while others add."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    verdict = integrity.monotonic_reads(integrity.read_rows(recording.facts.get("history", ()), Decimal))
    evidence = (integrity.table("An amount that fell", verdict.witness),) if verdict.witness else ()
    return verdict.outcome(evidence)

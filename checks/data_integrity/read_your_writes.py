"""Who was told that his change is done sees it when he looks: each client reads at least what it has added itself.

Why: a user who does not see his own deposit makes it again; a program that does not acts on what is no longer true.
Terry and others, "Session guarantees for weakly consistent replicated data" (1994). Fix: read from where was written,
or drop the cached copy before the answer is sent.
"""

from decimal import Decimal

from readiness import Fact, Recording, Unknown, check, integrity


@check(
    category="data_integrity",
    severity="major",
    needs="concurrent_writes",
    fix="Invalidate cached copies before a write is acknowledged, or read from the store that took the write.",
)
def read_your_writes(recording: Recording) -> Fact | Unknown:
    """Reads of each writer after its acknowledged addition, while others add, too."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    rounds = integrity.by_key(integrity.read_rows(recording.facts.get("history", ()), Decimal)).values()
    if any(part[0].result is None for part in rounds):
        return Unknown("the amount could not be read before the additions")
    verdict = integrity.merge(integrity.read_your_writes(part, part[0].result) for part in rounds)
    evidence = (integrity.table("Own additions and the read without them", verdict.witness),) if verdict.witness else ()
    return verdict.outcome(evidence)

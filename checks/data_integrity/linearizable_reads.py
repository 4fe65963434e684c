"""All clients see one amount: some order of all additions and reads, true to the clock, explains every answer.

Why: without it two clients that talk to each other contradict each other, and a limit that is checked on one answer is
broken by the next. Herlihy and Wing, "Linearizability" (1990). Many sound services promise less, hence the severity.
Fix: read from the copy that takes the writes where the answer decides something.
"""

from decimal import Decimal

from readiness import Fact, Recording, Unknown, check, integrity


@check(
    category="data_integrity",
    severity="minor",
    needs="concurrent_writes",
    fix="Serve reads that decide something from the copy that takes the writes, within a transaction.",
)
def linearizable_reads(recording: Recording) -> Fact | Unknown:
    """Every read during the additions, by whichever client."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    rounds = integrity.by_key(integrity.read_rows(recording.facts.get("history", ()), Decimal)).values()
    if any(part[0].result is None for part in rounds):
        return Unknown("the amount could not be read before the additions")
    verdict = integrity.merge(integrity.linearizable_sums(part, part[0].result) for part in rounds)
    evidence = (integrity.table("Answers that fit no common order", verdict.witness),) if verdict.witness else ()
    return verdict.outcome(evidence)

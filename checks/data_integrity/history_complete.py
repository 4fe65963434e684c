"""Ingested history is complete: each valid row is there once, also after it was sent twice.

Why: a row that was silently dropped shows nowhere but in wrong figures. The count is taken from the query, not from
what the ingestion says of itself. Fix: count at each step; make the row's time its key, so that a repetition adds
nothing.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="data_pipeline",
    fix="Compare received, rejected and stored rows at each step of the ingestion, and give each row a unique key.",
)
def history_complete(recording: Recording, *, completeness: float = 0.95) -> Fact | Unknown:
    """Rows served = received - rejected, at least 95 % of those asked for (requirement 002), none twice."""
    counts = _counts(recording)
    if isinstance(counts, str):
        return Unknown(counts)
    evidence = (Table("Rows on their way", ("what", "rows"), tuple(counts.items())),)
    valid, served = counts["received"] - counts["rejected"], counts["served after"]
    if not counts["received"]:
        return Unknown("the source sent no rows", evidence)
    problems = []
    if not counts["served before"] and served != valid:
        problems.append(f"{valid} valid rows were received, {served} are served: {valid - served:+} missing")
    if served - counts["served before"] != counts["stored"]:
        grown = served - counts["served before"]
        problems.append(f"the ingestion says it stored {counts['stored']} rows; {grown} more are served than before")
    if served < completeness * counts["asked"]:
        problems.append(f"{served} of {counts['asked']} rows are there; right would be at least {completeness:.0%}")
    if counts["served finally"] != served or counts["stored again"]:
        twice = counts["served finally"] - served
        problems.append(
            f"the same rows sent again: {counts['stored again']} stored, {twice:+} served; right would be none"
        )
    if problems:
        return Fact(False, "; ".join(problems), evidence)
    return Fact(True, f"{served} of {valid} valid rows are served, and sending them again added none", evidence, served)


def _counts(recording: Recording) -> dict[str, int] | str:
    """All counts as numbers, or why they are not known."""
    facts = recording.facts
    for name in ("ingest", "again", "before", "after", "finally"):
        fact: dict[str, Any] = facts.get(name, {})
        if fact.get("status") != 200:
            return f"step {name!r} answered {fact.get('error') or fact.get('status', 'nothing')}"
    try:
        return {
            "asked": int(facts["asked"]["rows"]),
            "received": int(facts["ingest"]["body"]["received"]),
            "rejected": int(facts["ingest"]["body"]["rejected"]),
            "stored": int(facts["ingest"]["body"]["stored"]),
            "served before": int(facts["before"]["rows"]),
            "served after": int(facts["after"]["rows"]),
            "stored again": int(facts["again"]["body"]["stored"]),
            "served finally": int(facts["finally"]["rows"]),
        }
    except (KeyError, TypeError, ValueError) as error:
        return f"an answer names no count ({type(error).__name__}: {error})"

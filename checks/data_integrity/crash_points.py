"""Killed at any step of a write it comes back with the old state or the new one, and with all that it had confirmed.

Why: between the first and the last call that a commit consists of lie states that nobody meant; a random kill seldom
meets them, a busy year does. Fix: write to a log or a new file, sync, and switch over by one atomic step (rename).
"""

from decimal import Decimal
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="crash_points",
    fix="Make every state on the way recoverable: a write-ahead log, or a new file that is synced and renamed.",
)
def crash_points(recording: Recording) -> Fact | Unknown:
    """Sums of one account for each crash point, read after the restart."""
    facts = recording.facts
    rounds = facts.get("rounds")
    if not rounds:
        return Unknown(str(facts.get("problem") or facts.get("crash problem") or "no crash point was recorded"))
    rows = tuple((one["number"], ", ".join(one["at"]), _harm(one)) for one in rounds)
    evidence = (Table("Crash points", ("call", "killed at", "problem"), rows),)
    for number, at, harm in rows:
        if harm:
            return Fact(False, f"killed at call {number} ({at}) {harm}", evidence)
    if problem := facts.get("problem"):
        return Unknown(str(problem))
    kinds = ", ".join(sorted({name for one in rounds for name in one["at"]}))
    return Fact(True, f"killed at {len(rounds)} points ({kinds}) it came back whole each time", evidence)


def _harm(told: dict[str, Any]) -> str:
    if told["problem"]:
        return f"it did not come back: {' '.join(told['problem'].split())}"
    if told["after"] is None or told["before"] == "None":
        return "its amount cannot be read"
    present = Decimal(told["after"]) - Decimal(told["before"])
    acknowledged, unknown = Decimal(told["acknowledged"]), Decimal(told["unknown"])
    if present < acknowledged:
        return f"it lost {acknowledged - present} of {acknowledged} acknowledged"
    return (
        f"it holds {present - acknowledged - unknown} that was never sent" if present > acknowledged + unknown else ""
    )

"""What was acknowledged survives a crash: acknowledged <= present <= acknowledged + unanswered, after every SIGKILL.

Why: an answer is a promise; a deposit that was confirmed and is gone after a power cut is a loss nobody can explain.
Fix: answer after the commit has reached the disk; no buffer in memory between the answer and the store.
"""

from decimal import Decimal
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="blocker",
    needs="durability",
    fix="Commit durably before the answer is sent.",
)
def acknowledged_writes(recording: Recording) -> Fact | Unknown:
    """Sums of one account in each round, read after the restart."""
    rounds = recording.facts.get("rounds")
    if not rounds:
        return Unknown("no round with a kill was recorded")
    judged = [one for one in rounds if one.get("before") is not None and one.get("after") is not None]
    rows = tuple(_row(number, one) for number, one in enumerate(judged, 1))
    wrong = [row for row in rows if row[4]]
    columns = ("round", "acknowledged", "unanswered", "present", "problem")
    if wrong:
        number, acknowledged, unknown, present, problem = wrong[0]
        reason = f"round {number}: {acknowledged} were acknowledged and {unknown} unanswered at the kill, {present}"
        return Fact(False, f"{reason} are there afterwards: {problem}", (Table("Rounds", columns, rows),))
    if len(judged) < len(rounds):
        problem = next((one["problem"] for one in rounds if one.get("problem")), "the amount could not be read")
        return Unknown(f"what {len(rounds) - len(judged)} of {len(rounds)} kills left cannot be read: {problem}")
    if any(not Decimal(one["acknowledged"]) for one in judged):
        return Unknown("in a round nothing was acknowledged before the kill, so nothing could be lost")
    total = sum(Decimal(one["acknowledged"]) for one in judged)
    return Fact(True, f"all of {total} acknowledged before {len(judged)} kills is there", rounds=len(judged))


def _row(number: int, told: dict[str, Any]) -> tuple[int, str, str, str, str]:
    present = Decimal(told["after"]) - Decimal(told["before"])
    least = Decimal(told["acknowledged"])
    most = least + Decimal(told["unknown"])
    problem = ""
    if present < least:
        problem = f"{least - present} acknowledged is lost"
    elif present > most:
        problem = f"{present - most} more than was ever sent"
    return number, str(least), told["unknown"], str(present), problem

"""Concurrent changes all count: after many additions at once the amount is the sum of those that were acknowledged.

Why: read, add, write back loses what another caller wrote in between; with money, somebody's deposit is gone.
Fix: add in the database (UPDATE ... SET x = x + ?), or compare a version and retry, or serialise writers of one row.
"""

from decimal import Decimal
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="blocker",
    needs="concurrent_writes",
    fix="Make the change atomic: add in the database, or detect the conflict by a version and try again.",
)
def lost_update(recording: Recording) -> Fact | Unknown:
    """acknowledged <= after - before <= acknowledged + unanswered, in every round."""
    rounds = recording.facts.get("rounds")
    if not rounds:
        return Unknown("no round of concurrent additions was recorded")
    if problem := next((one["problem"] for one in rounds if one.get("problem")), ""):
        return Unknown(str(problem))
    if any(one["before"] is None or one["after"] is None for one in rounds):
        return Unknown("the amount could not be read before or after the additions")
    acknowledged = sum(write["acknowledged"] for one in rounds for write in one["writes"])
    if any(sum(write["acknowledged"] for write in one["writes"]) < 2 for one in rounds):
        return Unknown(f"{acknowledged} additions were acknowledged; each round needs two, else none competed")
    rows = tuple(_row(number, one) for number, one in enumerate(rounds, 1))
    wrong = [row for row in rows if not Decimal(row[1]) <= Decimal(row[3]) <= Decimal(row[2])]
    columns = ("round", "acknowledged", "with unanswered", "present", "missing additions")
    if not wrong:
        reason = f"{acknowledged} concurrent additions in {len(rounds)} rounds are all in the amount"
        return Fact(True, reason, rounds=len(rounds))
    _, least, most, present, missing = wrong[0]
    if Decimal(present) < Decimal(least):
        reason = f"{least} were acknowledged but {present} are there; {missing}"
    else:
        reason = f"at most {most} were added but {present} are there: an addition counted twice"
    table = Table("Rounds", columns, rows)
    return Fact(False, f"in {len(wrong)} of {len(rounds)} rounds the amount is wrong: {reason}", (table,))


def _row(number: int, told: dict[str, Any]) -> tuple[int, str, str, str, str]:
    present = Decimal(told["after"]) - Decimal(told["before"])
    least = sum((Decimal(w["amount"]) for w in told["writes"] if w["acknowledged"]), Decimal(0))
    open_ = [w for w in told["writes"] if not w["acknowledged"] and (w["error"] or w["status"] >= 500)]
    most = least + sum((Decimal(w["amount"]) for w in open_), Decimal(0))
    # each amount is another power of two of a cent, so the cents that are there name the additions
    cents = int(present * 100)
    lost = [w["amount"] for w in told["writes"] if w["acknowledged"] and not cents & int(Decimal(w["amount"]) * 100)]
    return number, str(least), str(most), str(present), f"{len(lost)} lost: {', '.join(lost)}" if lost else ""

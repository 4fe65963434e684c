"""A repeated write counts once: the same idempotency key, at once or one after the other, changes the amount one time.

Why: a client that got no answer must ask again; without this it pays twice.
Fix: keep the key with the answer in the transaction that does the write, under a unique constraint.
"""

from decimal import Decimal
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

Row = tuple[str, int, int, str, str, str]


@check(
    category="data_integrity",
    severity="blocker",
    needs="concurrent_writes",
    capabilities=("idempotency",),
    fix="Store key and answer in the same transaction as the write; answer a repetition from there.",
)
def idempotent_write(recording: Recording) -> Fact | Unknown:
    """Also when the repetitions arrive together; every acknowledged repetition gets the identical answer."""
    repeats = recording.facts.get("repeats")
    if not repeats:
        return Unknown("no repeated write was recorded")
    for one in repeats:
        if one.get("problem"):
            return Unknown(str(one["problem"]))
        if one["before"] is None or one["after"] is None:
            return Unknown(f"the amount could not be read before or after the writes {one['how']}")
        if not one["acknowledged"] or len(one["statuses"]) < 2:
            return Unknown(f"no repetition to judge {one['how']}: the writes were answered {one['statuses']}")
    rows = tuple(_row(one) for one in repeats)
    wrong = [row for row in rows if row[5]]
    columns = ("how", "sent", "acknowledged", "amount", "present", "problem")
    if wrong:
        how, sent, _, amount, present, problem = wrong[0]
        reason = f"{sent} writes of {amount} with one key, {how}, changed the amount by {present}: {problem}"
        return Fact(False, reason, (Table("Repetitions", columns, rows),))
    sent = sum(row[1] for row in rows)
    return Fact(True, f"{sent} writes with {len(rows)} keys, at once and in turn, each counted once", rounds=len(rows))


def _row(told: dict[str, Any]) -> Row:
    present, amount = Decimal(told["after"]) - Decimal(told["before"]), Decimal(told["amount"])
    problem = ""
    if present != amount:
        problem = f"right would be {amount}"
        if present == amount + Decimal(told["other_body_amount"]):
            problem = "another body under the same key was written as well"
    elif told["different_answers"] > 1:
        problem = f"the acknowledged repetitions got {told['different_answers']} different answers"
    return told["how"], len(told["statuses"]), told["acknowledged"], str(amount), str(present), problem

"""The limit of a position holds when orders arrive all at once.

Why: orders that are judged side by side each see room that only one of them may take; the account ends far beyond the
risk that somebody signed for. Fix: judge the position inside the transaction, or under the lock, that books the fill.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="blocker",
    needs="concurrent_limits",
    fix="Judge the position limit in the same transaction, or under the same lock, that books the fill.",
)
def position_limit(recording: Recording) -> Fact | Unknown:
    """The oracle is the service itself: no more may be held after orders at once than after the same one by one."""
    alone, together = recording.facts.get("one by one"), recording.facts.get("at once")
    if not alone or not together:
        return Unknown("the orders one by one or at once were not recorded")
    limit, held = alone["quantity"], together["quantity"]
    if limit is None or held is None:
        return Unknown("the account did not say what it holds")
    if not limit or not 400 <= alone["orders"][-1]["status"] < 500:
        return Unknown(
            f"{len(alone['orders'])} orders one by one met no limit (holding {limit}); there is none to keep"
        )
    if len(together["orders"]) <= abs(limit):
        return Unknown(f"{len(together['orders'])} orders at once do not reach the limit of {abs(limit)}")
    if not _taken(together):
        return Unknown("no order was taken at once, so none competed")
    rows = (("one by one", _taken(alone), limit), ("at once", _taken(together), held))
    evidence = (Table("One account, the same orders", ("sent", "taken", "held"), rows),)
    if abs(held) > abs(limit):
        return Fact(False, f"{abs(held)} are held after orders at once; one by one the limit is {abs(limit)}", evidence)
    reason = f"{abs(held)} are held after {len(together['orders'])} orders at once; the limit is {abs(limit)}"
    return Fact(True, reason, evidence, len(together["orders"]))


def _taken(phase: dict[str, Any]) -> int:
    return sum(200 <= order["status"] < 300 for order in phase["orders"])

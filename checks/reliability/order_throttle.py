"""No second, wherever it begins, sees more orders than the limit, and the limit itself is not cut short.

Why: a venue disconnects a member that sends more than was agreed, in the middle of the day. Fix: a sliding window; a
count that starts anew with each second, and a bucket that may be full, both let twice as many through.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

PRESSURE = 2  # times the limit must have been offered in a round for its silence to say something


@check(
    category="reliability",
    severity="blocker",
    needs="order_throttle",
    fix="Keep the times of the last n orders and refuse (429) while the n-th last is less than a second old.",
)
def order_throttle(recording: Recording) -> Fact | Unknown:
    """Proven only: n + 1 orders that were all sent and answered within one second were all taken within it, too."""
    limit, rounds = recording.facts.get("limit"), recording.facts.get("offered")
    if not isinstance(limit, int) or limit < 1:
        return Unknown("the options of `throttle` name no `orders_per_second`")
    if not rounds:
        return Unknown(recording.facts.get("problem") or "no orders were offered")
    orders = [order for each in rounds for order in each]
    taken = [[order for order in each if 200 <= order["status"] < 300] for each in rounds]
    if not any(taken):
        return Unknown("no order was taken at all; a refusal says nothing")
    rows = tuple(
        (number, len(offered), len(kept)) for number, (offered, kept) in enumerate(zip(rounds, taken, strict=True), 1)
    )
    evidence = (Table("Orders by round", ("round", "offered", "taken"), rows),)
    most = _most_in_a_second([order for kept in taken for order in kept])
    if most > limit:
        return Fact(False, f"{most} orders were taken within one second; the limit is {limit}", evidence)
    refused = [order for order in orders if not 200 <= order["status"] < 300]
    if odd := [order for order in refused if not (400 <= order["status"] < 500 or order["status"] == 503)]:
        told = odd[0]["error"] or odd[0]["status"]
        return Fact(False, f"an order beyond the limit answered {told}; right would be 429", evidence)
    if weak := [number for number, offered, _ in rows if offered < PRESSURE * limit]:
        return Unknown(f"round {weak[0]} offered fewer than {PRESSURE} times the limit of {limit}", evidence)
    if short := [kept for _, _, kept in rows if kept < limit]:
        return Fact(
            False, f"of {limit} orders that are allowed in a second, {short[0]} were taken in a round", evidence
        )
    told = f"{len(orders)} orders offered, never more than {limit} taken within a second, {len(refused)} refused"
    return Fact(True, told, evidence, rounds=len(rounds))


def _most_in_a_second(taken: list[dict[str, Any]]) -> int:
    """The most orders that were sent and answered within one second: that many were certainly taken in it."""
    return max(
        sum(1 for order in taken if first["sent"] <= order["sent"] and order["received"] < first["sent"] + 1.0)
        for first in taken
    )

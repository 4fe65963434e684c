"""A price between two ticks and a part of a lot are refused, and what is on tick and lot is kept to the digit.

Why: an exchange refuses such an order at once; a service that rounds it trades at a price that nobody asked for, and
one that asks a binary fraction for its remainder refuses 0.29. Fix: parse to a decimal and test price % tick == 0.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="blocker",
    needs="order_bounds",
    fix="Parse price and quantity to exact decimals, refuse what is no multiple of tick and lot, and never round.",
)
def tick_size(recording: Recording) -> Fact | Unknown | NotApplicable:
    """Tick and lot are the options of `order_bounds`; what was taken is read back and compared as a decimal."""
    if not recording.facts:
        return Unknown("no order at the bounds was recorded")
    if "ticks" not in recording.facts:
        if "tick" in recording.facts["bounds"]:
            return Unknown(recording.facts.get("missed", "no order on or off the tick was recorded"))
        return NotApplicable("the options of `order_bounds` name no `tick`")
    orders = recording.facts["ticks"]
    on = [order for order in orders if order["on"]]
    off = [order for order in orders if not order["on"]]
    if not off or not any(_taken(order) for order in on):
        return Unknown("no order on the tick was taken; a refusal says nothing")
    if unanswered := [order for order in orders if not 200 <= order["status"] < 500]:
        return Unknown(f"{_told(unanswered[0])} answered {unanswered[0]['error'] or unanswered[0]['status']}")
    rows = tuple((order["limit"], order["quantity"], order["status"], _read(order, "limit")) for order in orders)
    evidence = (Table("Orders on and off the tick", ("limit", "quantity", "status", "read back"), rows),)
    if taken := [order for order in off if _taken(order)]:
        kept = _read(taken[0], "limit")
        return Fact(False, f"{_told(taken[0])} is off tick or lot and was taken, as one at {kept}", evidence)
    if refused := [order for order in on if not _taken(order)]:
        return Fact(False, f"{_told(refused[0])} is on tick and lot and was refused", evidence)
    if changed := [order for order in on if not _kept(order)]:
        read = f"{_read(changed[0], 'quantity')} at {_read(changed[0], 'limit')}"
        return Fact(False, f"{_told(changed[0])} is read back as {read}", evidence)
    return Fact(True, f"{len(on)} orders on tick and lot kept exactly, {len(off)} off them refused", evidence, len(off))


def _taken(order: dict[str, Any]) -> bool:
    return bool(200 <= order["status"] < 300)


def _kept(order: dict[str, Any]) -> bool:
    try:
        return all(Decimal(_read(order, name)) == Decimal(str(order[name])) for name in ("limit", "quantity"))
    except InvalidOperation:
        return False


def _read(order: dict[str, Any], name: str) -> str:
    body = order["read"]
    return str(body.get(name, "")) if isinstance(body, dict) else ""


def _told(order: dict[str, Any]) -> str:
    return f"an order of {order['quantity']} at {order['limit']}"

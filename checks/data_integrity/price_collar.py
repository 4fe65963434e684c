"""An order at a price far from the market is refused, on both sides.

Why: a point in the wrong place buys at ten times the price, and a thin market lets it. Fix: compare the limit, or the worst
price at which a market order would fill, with bid and ask, before anything is filled.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

PAIRS = ("bought above", "sold below")


@check(
    category="data_integrity",
    severity="blocker",
    needs="order_bounds",
    fix="Compare each order's worst price with the present bid and ask, and refuse it beyond the collar.",
)
def price_collar(recording: Recording) -> Fact | Unknown:
    """Half a collar beyond the market is taken, one and a half are refused; what is better for the trader may rest."""
    pairs = [(name, recording.facts.get(f"{name} inside"), recording.facts.get(f"{name} outside")) for name in PAIRS]
    tried = [(name, inside, outside) for name, inside, outside in pairs if inside and outside]
    if not tried:
        return Unknown(recording.facts.get("missed", "no order at the bounds was recorded"))
    for name, inside, outside in tried:
        if not 200 <= inside["status"] < 300:
            told = inside["error"] or inside["status"]
            return Unknown(f"{name}: the order inside the bound is refused too ({told}); a refusal says nothing")
        if not _answered(outside):
            return Unknown(f"{name}: the order outside answered {outside['error'] or outside['status']}")
    rows = tuple((name, order["quantity"], order["limit"], order["status"]) for name, *both in tried for order in both)
    evidence = (Table("Orders at the bounds", ("bound", "quantity", "limit", "status"), rows),)
    taken = [(name, outside) for name, _, outside in tried if outside["status"] < 300]
    if taken:
        name, order = taken[0]
        told = f"{order['quantity']} at {order['limit']} (market {order['spot']})"
        return Fact(False, f"{name}: an order outside the bound was taken: {told}", evidence)
    return Fact(
        True, f"taken inside and refused outside: {', '.join(name for name, *_ in tried)}", evidence, len(tried)
    )


def _answered(order: dict[str, Any]) -> bool:
    return bool(200 <= order["status"] < 500)

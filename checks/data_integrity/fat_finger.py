"""An order beyond the bounds of quantity or value is refused, and one at the bound is taken.

Why: a zero too many is typed within a second and costs what a year earns. Fix: judge quantity and value of each order
before anything else, against bounds far above what anybody means.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

PAIRS = ("quantity", "value")


@check(
    category="data_integrity",
    severity="blocker",
    needs="order_bounds",
    fix="Bound quantity and value of a single order before it is judged by anything else.",
)
def fat_finger(recording: Recording) -> Fact | Unknown:
    """The boundary is exact: the bound itself is allowed, one more is not."""
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

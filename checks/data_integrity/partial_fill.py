"""An order that fills in parts adds up: never more than was ordered, and the position is exactly what was filled.

Why: whoever forgets what was filled before buys the order again with each part, until somebody notices. Fix: take what
is left from the stored order, in the transaction that books the fill.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="blocker",
    needs="limit_orders",
    fix="Compute what is left from the stored order inside the transaction that books each fill.",
)
def partial_fill(recording: Recording) -> Fact | Unknown:
    """filled <= ordered, and the contracts held = filled by this order + by the one before it."""
    facts = recording.facts
    if missed := facts.get("missed"):
        return Unknown(missed)
    try:
        first, part = facts["placed"]["part"]["body"], facts["after"]["part"]["body"]
        at_once, ordered = int(first["filled"]), int(first["quantity"])
        filled = int(part["filled"])
        one = int(facts["placed"]["one"]["body"]["filled"])
        positions = facts["account"]["body"]["positions"]
        held = sum(int(position["quantity"]) for position in positions if position["contract"] == facts["put"])
    except (KeyError, TypeError, ValueError) as error:
        return Unknown(f"the order or the account was not answered in full ({type(error).__name__}: {error})")
    rows = (("ordered", ordered), ("filled at once", at_once), ("filled in all", filled), ("held", held - one))
    evidence = (Table("One order, filled in parts", ("what", "contracts"), rows),)
    if max(filled, held - one) > ordered:
        return Fact(False, f"{max(filled, held - one)} contracts were filled of an order of {ordered}", evidence)
    if held - one != filled:
        return Fact(False, f"the order says {filled} contracts were filled; {held - one} are held", evidence)
    if not 0 < at_once < ordered or filled == at_once:
        return Unknown(f"{at_once}, later {filled} of {ordered} contracts were filled; that is not filled in parts")
    return Fact(True, f"{filled} of {ordered} contracts were filled in parts, and as many are held", evidence, 1)

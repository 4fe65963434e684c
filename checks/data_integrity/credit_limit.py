"""An account never spends more than it has, however many orders arrive at once.

Why: parallel purchases that are each judged against the same cash are all taken, and the account is overdrawn by a
multiple of it. Fix: judge the buying power inside the transaction, or under the lock, that moves the cash.
"""

from decimal import Decimal, InvalidOperation

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="blocker",
    needs="concurrent_limits",
    fix="Judge the buying power in the same transaction, or under the same lock, that moves the cash.",
)
def credit_limit(recording: Recording) -> Fact | Unknown:
    """Purchases at once that the cash cannot all pay for: afterwards neither cash nor buying power is below zero."""
    credit = recording.facts.get("credit")
    if not credit:
        return Unknown("no purchases at once were recorded")
    taken = sum(200 <= order["status"] < 300 for order in credit["orders"])
    try:
        left = {name: Decimal(credit[name]) for name in ("cash", "buying_power") if credit[name] is not None}
    except InvalidOperation as error:
        return Unknown(f"the account's cash is not a decimal number ({error})")
    if "cash" not in left:
        return Unknown("the account did not say its cash")
    sent = len(credit["orders"])
    rows = (("orders sent", str(sent)), ("taken", str(taken)), *((name, str(value)) for name, value in left.items()))
    evidence = (Table("Purchases at once", ("what", "value"), rows),)
    if below := {name: value for name, value in left.items() if value < 0}:
        told = " and ".join(f"{name.replace('_', ' ')} {value}" for name, value in below.items())
        return Fact(False, f"{taken} of {sent} purchases at once were taken and left {told}", evidence)
    if not taken or taken == sent:
        return Unknown(f"{taken} of {sent} purchases were taken; only some taken and some refused shows the limit")
    return Fact(True, f"{taken} of {sent} purchases at once were taken, {left['cash']} is left", evidence, sent)

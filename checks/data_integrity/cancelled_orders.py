"""A cancelled order is over: no fill comes after the cancellation was acknowledged.

Why: whoever cancels acts on it, and hedges or orders again; a later fill doubles the position. Fix: read the state of
the order in the transaction that fills it.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="data_integrity",
    severity="blocker",
    needs="limit_orders",
    fix="Read the order's state in the transaction that fills it, and fill only what rests.",
)
def cancelled_orders(recording: Recording) -> Fact | Unknown:
    """The market passes the limit after the cancellation; its twin that was not cancelled shows that it did."""
    if missed := recording.facts.get("missed"):
        return Unknown(missed)
    try:
        cancel = recording.facts["cancel"]
        before, after = int(cancel["body"]["filled"]), int(recording.facts["after"]["cancelled"]["body"]["filled"])
        twin = int(recording.facts["after"]["rests"]["body"]["filled"])
    except (KeyError, TypeError, ValueError) as error:
        return Unknown(f"the cancelled order was not answered in full ({type(error).__name__}: {error})")
    if not 200 <= cancel["status"] < 300:
        return Unknown(f"the cancellation was not acknowledged ({cancel['error'] or cancel['status']})")
    if after != before:
        return Fact(False, f"{after - before} were filled after the cancellation was acknowledged")
    if not twin:
        return Unknown("the same order that was not cancelled is not filled either; the market never reached it")
    return Fact(True, "nothing was filled after the cancellation, while the same order without it was", rounds=1)

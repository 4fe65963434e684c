"""The price collar moves with the market: after a crash the old price is refused, and the new one is taken.

Why: a collar around yesterday's close, or around the price before a crash, lets through exactly the orders that it is
there to stop, and refuses the sane ones. Fix: measure the collar from the present bid and ask.
"""

from decimal import Decimal, InvalidOperation

from readiness import Fact, Recording, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="market_moves",
    fix="Measure the collar from the bid and ask at the time of the order, never from a stored reference.",
)
def collar_follows_market(recording: Recording) -> Fact | Unknown:
    """After a fall by more than the collar: a purchase at the price before it is refused with a 4xx."""
    old, new = recording.facts.get("at the price of calm"), recording.facts.get("at the price of crash")
    if not old or not new:
        return Unknown("no orders after a crash were recorded")
    try:
        before, after = Decimal(old["limit"]), Decimal(new["limit"])
        collar = Decimal(recording.facts["collar"])
    except (KeyError, InvalidOperation) as error:
        return Unknown(f"limits or collar are missing ({type(error).__name__}: {error})")
    if before <= after * (1 + collar):
        return Unknown(f"the market fell from {before} to {after}; that is within the collar of {collar}")
    if 200 <= old["status"] < 300:
        return Fact(False, f"a purchase at {before} was taken after the market had fallen to {after}")
    if not 200 <= new["status"] < 300:
        told = new["error"] or new["status"]
        return Fact(False, f"a purchase at the market's own price of {after} was refused after the crash ({told})")
    if not 400 <= old["status"] < 500:
        return Unknown(f"the purchase at {before} answered {old['error'] or old['status']}")
    return Fact(
        True, f"after the fall to {after} a purchase at {before} was refused and one at {after} taken", rounds=2
    )

"""An order that rests is filled when the market reaches its limit, and at no worse price.

Why: a limit order that nobody works is a promise to the trader that is silently broken. Fix: try resting orders
against each new market, not only in the request that placed them.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Fact, Recording, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="limit_orders",
    fix="Work resting orders with each new quote; keep their limit when they fill.",
)
def resting_orders(recording: Recording) -> Fact | Unknown:
    """A purchase 5 % below the market, then a market 8 % lower, whose ask is at the limit: filled in full, at it or better."""
    if missed := recording.facts.get("missed"):
        return Unknown(missed)
    try:
        placed = recording.facts["placed"]["rests"]["body"]
        after = recording.facts["after"]["rests"]["body"]
        limit, before = Decimal(recording.facts["limit"]), int(placed["filled"])
        filled, wanted = int(after["filled"]), int(after["quantity"])
        price = Decimal(after["price"]) if filled else None
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        return Unknown(f"the resting order was not answered in full ({type(error).__name__}: {error})")
    moves = recording.facts.get("moves")
    if not moves or not 200 <= moves[0]["status"] < 300:
        return Unknown("the fall of the market was not ingested, so nothing reached the limit")
    if before:
        return Fact(False, f"{before} were filled at once, although the limit of {limit} was below the market")
    if price is not None and price > limit:
        return Fact(False, f"the order was filled at {price}, its limit is {limit}")
    if (ask := _ask(moves[0])) is None:
        return Unknown(f"no quote told whether the market reached the limit of {limit}")
    if ask > limit:
        return Unknown(f"the market never reached {limit} (ask {ask})")
    if filled < wanted:
        return Fact(False, f"{filled} of {wanted} were filled after the market fell below the limit of {limit}")
    return Fact(True, f"the order rested and was filled at {price}, within its limit of {limit}", rounds=1)


def _ask(move: dict[str, Any]) -> Decimal | None:
    """At what shares could be bought after a move; None where no quote told it."""
    try:
        ask = Decimal(str(move["quote"]["body"]["ask"]))
    except (KeyError, TypeError, InvalidOperation):
        return None
    return ask if ask.is_finite() and ask > 0 else None

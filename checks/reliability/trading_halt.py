"""A halt stops trading and nothing else: no order is taken or filled, cancelling works, and afterwards all goes on.

Why: a fill during a halt is busted and fought over; an order that cannot be cancelled is a trap. Fix: ask for the state
where orders are taken and where resting ones are worked, and never where they are cancelled.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="trading_halt",
    fix="Ask for the trading state where orders are taken and where resting ones are worked; cancel in any state.",
)
def trading_halt(recording: Recording) -> Fact | Unknown:
    """Refusals are 4xx or 503; the purchase that rests is filled only after the halt, once the ask is at its limit."""
    facts = recording.facts
    if missed := facts.get("missed"):
        return Unknown(missed)
    if not _taken(facts.get("open")):
        return Unknown("no order is taken even before the halt; a refusal says nothing")
    if not all(_taken(facts.get(step)) for step in ("halt", "fall", "resume")):
        return Unknown("trading was not halted and resumed, or the fall of the market not ingested")
    unreached = _unreached(facts)
    try:
        problems = list(_problems(facts, reached=not unreached))
    except (KeyError, TypeError, ValueError) as error:
        return Unknown(f"the orders were not answered in full ({type(error).__name__}: {error})")
    if problems:
        return Fact(False, "; ".join(problems))
    if unreached:
        return Unknown(unreached)
    return Fact(True, "halted: orders refused, none filled, cancelling works; resumed: filled and taken", rounds=1)


def _problems(facts: Mapping[str, Any], *, reached: bool) -> Iterator[str]:
    """What went wrong; that nothing was filled is wrong only where the market ``reached`` the limit."""
    early, later = (int(facts[when]["body"]["filled"]) for when in ("while halted", "resumed"))
    for order in facts["refused"]:
        if not _refusal(order["status"]):
            yield f"an order answered {order['status']} while trading was halted"
    if early:
        yield f"{early} of a resting order were filled while trading was halted"
    if not _taken(facts.get("cancel")):
        yield "a resting order could not be cancelled while trading was halted"
    if reached and not later:
        yield "the resting order was not filled after trading resumed, although its limit was reached"
    if not _taken(facts.get("order after")):
        yield "no order is taken after trading resumed"


def _taken(seen: dict[str, Any] | None) -> bool:
    return seen is not None and 200 <= seen["status"] < 300


def _refusal(status: int) -> bool:
    return 400 <= status < 500 or status == 503


def _unreached(facts: Mapping[str, Any]) -> str:
    """Why the market says nothing about the purchase that rests; empty where the ask came down to its limit."""
    try:
        limit, ask = Decimal(facts["limit"]), Decimal(str(facts["quote"]["body"]["ask"]))
        reached = 0 < ask <= limit
    except (KeyError, TypeError, InvalidOperation):
        return "no quote told whether the market reached the limit of the resting order"
    return "" if reached else f"the market never reached {limit} (ask {ask})"

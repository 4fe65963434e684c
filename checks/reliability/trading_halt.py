"""A halt stops trading and nothing else: no order is taken or filled, cancelling works, and afterwards all goes on.

Why: a fill during a halt is busted and fought over; an order that cannot be cancelled is a trap. Fix: ask for the state
where orders are taken and where resting ones are worked, and never where they are cancelled.
"""

from typing import Any

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="trading_halt",
    fix="Ask for the trading state where orders are taken and where resting ones are worked; cancel in any state.",
)
def trading_halt(recording: Recording) -> Fact | Unknown:
    """Refusals are 4xx or 503; the resting order whose limit was reached is filled only after the halt."""
    facts = recording.facts
    if not _taken(facts.get("open")):
        return Unknown("no order is taken even before the halt; a refusal says nothing")
    if not all(_taken(facts.get(step)) for step in ("halt", "fall", "resume")):
        return Unknown("trading was not halted and resumed, or the fall of the market not ingested")
    try:
        early = int(facts["while halted"]["body"]["filled"])
        later = int(facts["resumed"]["body"]["filled"])
        refused = [order["status"] for order in facts["refused"]]
    except (KeyError, TypeError, ValueError) as error:
        return Unknown(f"the orders were not answered in full ({type(error).__name__}: {error})")
    problems = [f"an order answered {status} while trading was halted" for status in refused if not _refusal(status)]
    if early:
        problems.append(f"{early} of a resting order were filled while trading was halted")
    if not _taken(facts.get("cancel")):
        problems.append("a resting order could not be cancelled while trading was halted")
    if not later:
        problems.append("the resting order was not filled after trading resumed, although its limit was reached")
    if not _taken(facts.get("order after")):
        problems.append("no order is taken after trading resumed")
    if problems:
        return Fact(False, "; ".join(problems))
    return Fact(True, "halted: orders refused, none filled, cancelling works; resumed: filled and taken", rounds=1)


def _taken(seen: dict[str, Any] | None) -> bool:
    return seen is not None and 200 <= seen["status"] < 300


def _refusal(status: int) -> bool:
    return 400 <= status < 500 or status == 503

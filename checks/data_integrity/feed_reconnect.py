"""While the feed is away nothing is traded on what it left behind, and after it came back all goes on.

Why: a feed that fails leaves a quote that looks like any other; a service that stamps it with the present time trades
on it for hours. Fix: keep the source's own time, judge its age where it is used, fetch anew on the first answer.
"""

from datetime import datetime

from readiness import Fact, Recording, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="market_moves",
    fix="Keep the time that the source gave, refuse orders on data beyond the age limit, refresh once it answers.",
)
def feed_reconnect(recording: Recording) -> Fact | Unknown:
    """The feed is silent for 150 minutes of the exchange's clock, far beyond the 60 minutes of requirement 002."""
    facts = recording.facts
    away, again = facts.get("disconnected"), facts.get("reconnected")
    if not away or not again or not 200 <= facts.get("later", {}).get("status", 0) < 300:
        return Unknown("the feed was not cut, or the clock could not be moved on")
    if not 200 <= facts.get("bought", {}).get("status", 0) < 300:
        return Unknown("no order is taken even with a feed; a refusal says nothing")
    order, after = away["order"], again["order"]
    if 200 <= order["status"] < 300:
        return Fact(False, "an order was taken although the feed had been away for hours")
    if not (400 <= order["status"] < 500 or order["status"] == 503):
        return Fact(False, f"the order without a feed answered {order['error'] or order['status']}; right would be 503")
    if not 200 <= after["status"] < 300:
        return Fact(False, f"the feed is back and orders are still refused ({after['error'] or after['status']})")
    try:
        times = [datetime.fromisoformat(seen["quote"]["body"]["at"]) for seen in (away, again)]
    except (KeyError, TypeError, ValueError):
        return Unknown("the quotes around the reconnection name no time")
    if times[0] >= times[1]:
        return Fact(False, f"the quote without a feed claims to be of {times[0]}, the one after it of {times[1]}")
    reason = "the order was refused while the feed was away, and taken on a new quote after it came back"
    return Fact(True, reason, rounds=1)

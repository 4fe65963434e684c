"""Orders are taken while the exchange is open and at no other time, to the minute.

Why: a calendar that is right and not asked where orders are taken is worth nothing; an hour off after a change of the
clocks, or an afternoon on a half day, trades on prices that nobody quotes. Fix: ask for the session with each order.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="market_hours",
    fix="Ask the calendar of the exchange at the moment of each order, in its own time zone, half days included.",
)
def orders_in_session(recording: Recording) -> Fact | Unknown:
    """Each moment stands a minute before or after a bell, or on a day off; a refusal is a 4xx or 503."""
    moments = recording.facts.get("moments")
    if not moments:
        return Unknown("no order around the bells was recorded")
    if unset := [seen["now"] for seen in moments if not 200 <= seen["clock"]["status"] < 300]:
        return Unknown(f"the clock could not be set to {unset[0]}")
    if broken := [s for s in moments if not (200 <= s["order"]["status"] < 500 or s["order"]["status"] == 503)]:
        order = broken[0]["order"]
        return Unknown(f"the order at {broken[0]['now']} answered {order['error'] or order['status']}")
    if not any(200 <= seen["order"]["status"] < 300 for seen in moments):
        return Unknown("no order was taken at any time; a refusal says nothing")
    rows = tuple((seen["now"], "open" if seen["open"] else "closed", seen["order"]["status"]) for seen in moments)
    evidence = (Table("Orders around the bells", ("time", "exchange", "order status"), rows),)
    wrong = [row for row in rows if (row[1] == "open") != (200 <= row[2] < 300)]
    if wrong:
        now, state, status = wrong[0]
        told = f"at {now} the exchange is {state} and an order answered {status}"
        return Fact(False, f"{len(wrong)} of {len(rows)} moments are wrong: {told}", evidence)
    return Fact(True, f"orders were taken and refused rightly at {len(rows)} moments", evidence, len(rows))

"""The kill switch stops everything: once it has answered no order is taken, and none rests in the market.

Why: a switch that lets orders through which were under way, or leaves what rests, stops the program and not the
losses. Fix: judge the state again where orders are booked, wait for those under way, cancel what rests, then answer.
"""

from readiness import Fact, Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="blocker",
    needs="kill_switch",
    fix="Judge the state inside the booking transaction, wait for orders under way and cancel what rests.",
)
def kill_switch(recording: Recording, *, objective: float = 1.0, limit: float = 5.0) -> Measured | Fact | Unknown:
    """Seconds from the switch to its answer, after which nothing may be taken; no published limit, five is patient."""
    kill, orders = recording.facts.get("kill"), recording.facts.get("orders")
    if not kill or not orders:
        return Unknown("no orders around a kill switch were recorded")
    if not 200 <= kill["status"] < 300:
        return Fact(False, f"the kill switch answered {kill['error'] or kill['status']}")
    taken = [order for order in orders if 200 <= order["status"] < 300]
    before = [order for order in taken if order["at"] < kill["thrown"]]
    late = [order for order in taken if order["at"] > kill["answered"]]
    tried = sum(order["at"] > kill["answered"] for order in orders)
    resting = recording.facts.get("resting", {})
    placed, left = (_state(resting.get(name)) for name in ("placed", "read"))
    if not before or not tried or placed != "OPEN":
        told = f"{len(before)} orders taken before the switch, {tried} sent after it, resting: {placed}"
        return Unknown(f"{told}; a switch is tried only with orders before and after it and one that rests")
    rows = (("taken before", len(before)), ("sent after", tried), ("taken after", len(late)))
    evidence = (Table("Orders around the kill switch", ("what", "orders"), rows),)
    if late:
        return Fact(False, f"{len(late)} of {tried} orders were taken after the kill switch had answered", evidence)
    if left is None:
        return Unknown("the resting order could not be read after the switch", evidence)
    if left in ("OPEN", "PARTIALLY_FILLED"):
        return Fact(False, f"an order still rests after the kill switch: {left}", evidence)
    seconds = kill["answered"] - kill["thrown"]
    reason = f"{tried} orders were refused after the switch, which answered within {seconds:.2f} s"
    return Measured(seconds, "s", objective, limit, reason=reason, evidence=evidence)


def _state(seen: object) -> str | None:
    """The state of the order in an answer; None where it tells none (a problem's body may hold its HTTP status)."""
    body = seen.get("body") if isinstance(seen, dict) else None
    state = body.get("status") if isinstance(body, dict) else None
    return state if isinstance(state, str) else None

"""A market that opens far from its close is judged by the open: collar, advice, risk and what rested overnight.

Why: the night is the longest time in which nothing is fetched, and the first second after it the busiest: what is in
memory then is the close. Fix: judge by a quote of this session, and refuse orders until there is one.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="market_moves",
    fix="Fetch anew when a session opens, before the first order, advice or valuation; fill what rested at the open.",
)
def gap_open(recording: Recording, *, tolerance: float = 0.01) -> Fact | Unknown:
    """The share opens about 12 % below its close. One percent allows for seconds that pass; a strike may differ by half the gap."""
    seen = recording.facts.get("gap")
    if not seen or not all(200 <= clock["status"] < 300 for clock in seen["clocks"]):
        return Unknown("no gap was made, or the clock could not be moved over the night")
    try:
        last, first = (float(seen[when]["quote again"]["body"]["ask"]) for when in ("close", "open"))
        gap = 1 - first / last
        if gap < 3 * tolerance:
            return Unknown(f"the gap did not show: the ask was {last} at the close and {first} at the open")
        judged = [
            ("collar", *_collar(seen, last, first, float(recording.facts["collar"]))),
            ("risk", *_risk(seen["open"], tolerance)),
            ("advice", *_advice(seen, first * gap / 2)),
            ("resting order", *_rested(seen, first * (1 + tolerance))),
        ]
    except (KeyError, TypeError, ValueError) as error:
        return Unknown(f"the answers around the gap are incomplete ({type(error).__name__}: {error})")
    evidence = (Table("At the open", ("what", "right", "told"), tuple(judged)),)
    told = f"the share opened {gap:.0%} below its close"
    if wrong := [(what, why) for what, right, why in judged if right is False]:
        return Fact(False, f"{told}; {wrong[0][0]}: {wrong[0][1]}", evidence)
    if missing := [why for _, right, why in judged if right is None]:
        return Unknown(f"{told}, but {missing[0]}")
    return Fact(True, f"{told}; collar, risk, advice and the order that rested went by the open", evidence, len(judged))


def _collar(seen: dict[str, Any], last: float, first: float, collar: float) -> tuple[bool | None, str]:
    far, near = seen["far"], seen["near"]
    if float(far["limit"]) <= first * (1 + collar):
        return None, f"a purchase at {far['limit']} is within the collar of the open, too"
    if 200 <= far["status"] < 300:
        return False, f"a purchase at {far['limit']}, sane at the close of {last}, was taken at a market of {first}"
    if not 400 <= far["status"] < 500:
        return None, f"the purchase at {far['limit']} answered {far['error'] or far['status']}"
    if not 200 <= near["status"] < 300:
        return None, f"one at the market's own {near['limit']} was refused, too ({near['error'] or near['status']})"
    return True, f"a purchase at {far['limit']} was refused and one at {near['limit']} taken"


def _risk(look: dict[str, Any], tolerance: float) -> tuple[bool, str]:
    """The oracle is cash + shares at the quote."""
    account = look["account"]["body"]
    quantity = sum(int(held["quantity"]) for held in account["positions"])
    shares = quantity * float(look["quote again"]["body"]["last"])
    told, expected = float(look["risk"]["body"]["value"]), float(account["cash"]) + shares
    return abs(told - expected) <= tolerance * shares, f"the account is valued at {told:.2f}; it is {expected:.2f}"


def _advice(seen: dict[str, Any], room: float) -> tuple[bool | None, str]:
    """The first advice at the open against that after an ingestion: its strike may not be one of the close."""
    first, again = seen["advice"]["body"], seen["advice again"]["body"]
    strikes = [advice["strike"] for advice in (first, again)]
    if None in strikes:
        return None, f"no strike was advised to compare ({first['action']}, then {again['action']})"
    told = f"the first advice is a strike of {strikes[0]}, after an ingestion it is {strikes[1]}"
    return abs(float(strikes[0]) - float(strikes[1])) <= room, told


def _rested(seen: dict[str, Any], worst: float) -> tuple[bool | None, str]:
    """An order with a limit within the gap fills at the open, which is better than its limit."""
    resting, rested = seen["resting"], seen["rested"]
    if not 200 <= resting["status"] < 300:
        return None, f"an order within the gap could not rest ({resting['error'] or resting['status']})"
    body = rested["body"]
    if not body["filled"]:
        return False, f"the purchase at {resting['limit']} still rests although the market opened below it"
    return float(body["price"]) <= worst, f"the purchase at {resting['limit']} was filled at {body['price']}"

"""Trading stops when volatility is beyond its limit: no new position is advised, and no order is taken.

Why: the limits of a position were chosen for a normal market; beyond it they protect nothing. Fix: check the
volatility where advice is given and again where orders are taken, not only in one of the two.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="high_volatility",
    fix="Check implied volatility against the stop both in the advice and in the order path.",
)
def volatility_stop(recording: Recording, *, stop: float = 1.20) -> Fact | Unknown:
    """Above 120 % (requirement 002): the action is HOLD and orders are refused with a 4xx, in a fall and in a rise."""
    calm = recording.facts.get("calm")
    if not calm or not 200 <= calm["order"]["status"] < 300:
        told = calm and (calm["order"]["error"] or calm["order"]["status"])
        return Unknown(f"no order is taken even in a calm market ({told}); a refusal says nothing")
    rows: list[tuple[str, float, str, int, str]] = []
    for condition in ("fall", "rise"):
        seen = recording.facts.get(condition)
        volatility = _volatility(seen) if seen else None
        if seen is None or volatility is None or volatility <= stop:
            return Unknown(
                f"{condition}: the served volatility is {volatility}; it never passed the stop at {stop:.0%}"
            )
        advice = seen["advice"]["body"]
        action = str(advice.get("action", "")) if isinstance(advice, dict) else ""
        order = seen["order"]
        rows.append(
            (condition, volatility, action or f"refused ({seen['advice']['status']})", order["status"], order["error"])
        )
    evidence = (
        Table("Beyond the stop", ("market", "volatility", "advice", "order status", "order error"), tuple(rows)),
    )
    problems = []
    for condition, volatility, action, status, error in rows:
        if action != "HOLD" and not action.startswith("refused"):
            problems.append(f"{condition}: {action} is advised at a volatility of {volatility:.0%}")
        if not 400 <= status < 500:
            problems.append(f"{condition}: the order answered {error or status} at a volatility of {volatility:.0%}")
    if problems:
        return Fact(False, "; ".join(problems), evidence)
    return Fact(True, f"HOLD and refused orders in {len(rows)} markets above {stop:.0%}", evidence, len(rows))


def _volatility(seen: dict[str, Any]) -> float | None:
    """The volatility of the put nearest to the spot, of the nearest expiry."""
    try:
        chain = seen["chain"]["body"]
        spot = float(chain["spot"])
        puts = [option for option in chain["options"] if option["kind"] == "put"]
        nearest = min(puts, key=lambda put: (put["expires"], abs(float(put["strike"]) - spot)))
        return float(nearest["iv"])
    except (KeyError, TypeError, ValueError):
        return None

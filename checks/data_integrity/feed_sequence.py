"""A feed that loses, repeats and reorders messages leaves the same market as one that is in order.

Why: a message that comes late brings back a price that is gone, and looks like news. Fix: compare the number (or the
time) of each message with the last one that was taken, drop what is not newer, and count what was dropped.
"""

from datetime import datetime
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

PRICES = {"quote": "last", "chain": "spot"}


@check(
    category="data_integrity",
    severity="blocker",
    needs="market_moves",
    fix="Keep the number of the last message of each stream; drop and count messages that do not follow it.",
)
def feed_sequence(
    recording: Recording, *, tolerance_seconds: float = 60.0, tolerance: float = 0.0005
) -> Fact | Unknown:
    """The oracle is the same feed in order: time (a late message is 300 s old) and price (0.05 % for seconds that pass)."""
    orderly, disorder = recording.facts.get("in order"), recording.facts.get("disordered")
    if not orderly or not disorder:
        return Unknown("the feed was not disordered")
    if not 200 <= disorder["control"]["status"] < 300:
        told = disorder["control"]["error"] or disorder["control"]["status"]
        return Unknown(f"the source could not be disordered: it answered {told}")
    try:
        clean = {seen["now"]: {what: _price(seen, what) for what in PRICES} for seen in orderly["seen"]}
        orderly_behind = [_behind(seen, what) for seen in orderly["seen"] for what in PRICES]
        rows = [
            (number, what, seen["now"], _behind(seen, what), _price(seen, what), clean[seen["now"]][what])
            for number, seen in enumerate(disorder["seen"], 1)
            for what in PRICES
        ]
        dropped = sum(int(seen["ingest"]["body"]["rejected"]) for seen in disorder["seen"])
    except (KeyError, TypeError, ValueError) as error:
        return Unknown(f"ingestion, quote or chain were not answered in full ({type(error).__name__}: {error})")
    if max(orderly_behind) > tolerance_seconds:
        return Unknown("the market that is served is old even when the feed is in order")
    if min(*orderly_behind, *(row[3] for row in rows)) < -tolerance_seconds:
        return Unknown("the market that is served is of a later time than the clock's: nothing can be compared")
    wrong = [row for row in rows if row[3] > tolerance_seconds or abs(row[4] - row[5]) > tolerance * row[5]]
    if wrong:
        number, what, now, behind, price, right = wrong[0]
        told = (
            f"delivery {number}: the {what} at {now} is {behind:.0f} s old and says {price:.2f}, in order {right:.2f}"
        )
        head = ("delivery", "what", "time", "seconds behind", "price", "price in order")
        return Fact(False, told, (Table("Late data that took the place of newer", head, tuple(wrong)),))
    if not dropped:
        return Unknown("nothing was rejected, so whether late messages arrived at all is not known")
    return Fact(True, f"{dropped} late and repeated messages were dropped; what is served is the market in order",
                rounds=len(disorder["seen"]))  # fmt: skip


def _behind(seen: dict[str, Any], what: str) -> float:
    """How much older what is served is than the step at which it was asked for, in seconds."""
    at = datetime.fromisoformat(seen[what]["body"]["at"])
    return (datetime.fromisoformat(seen["now"]) - at).total_seconds()


def _price(seen: dict[str, Any], what: str) -> float:
    return float(seen[what]["body"][PRICES[what]])

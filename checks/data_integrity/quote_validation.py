"""Impossible market data is refused at the door: nothing crossed, zero, negative or not a number is served.

Why: a bid above the ask looks like free money to every rule that reads it. Fix: validate each record before it is
stored, count the refused ones with their reason, and keep serving the last good data.
"""

import math
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

CONDITIONS = ("crossed", "not a number")


@check(
    category="data_integrity",
    severity="critical",
    needs="high_volatility",
    fix="Validate prices (finite, above zero, bid below ask) before storing; count what is refused by reason.",
)
def quote_validation(recording: Recording) -> Fact | Unknown:
    """While the source sends impossible prices: none is served, and the ingestion counted them as rejected."""
    rows: list[tuple[str, str, str, str]] = []
    rejected = looked_at = 0
    for condition in CONDITIONS:
        seen = recording.facts.get(condition)
        if not seen:
            return Unknown(f"the condition {condition!r} was not recorded")
        if seen["control"]["error"] or not 200 <= seen["control"]["status"] < 300:
            told = seen["control"]["error"] or seen["control"]["status"]
            return Unknown(f"the source could not be disturbed ({condition}): it answered {told}")
        count = sum(int((i["body"] or {}).get("rejected", 0)) for i in seen["ingests"] if isinstance(i["body"], dict))
        records = _records(seen)
        looked_at += len(records)
        bad = [
            (condition, str(r.get("contract", "quote")), str(r.get("bid")), str(r.get("ask")))
            for r in records
            if _bad(r)
        ]
        if not bad and not count:
            statuses = [i["error"] or i["status"] for i in seen["ingests"]]
            return Unknown(
                f"{condition}: nothing was rejected and nothing bad is served; ingestion answered {statuses}"
            )
        rows += bad
        rejected += count
    if rows:
        condition, what, bid, ask = rows[0]
        evidence = (Table("Impossible prices that are served", ("source", "what", "bid", "ask"), tuple(rows[:50])),)
        reason = f"{len(rows)} impossible prices are served; {what} has bid {bid} and ask {ask} (source: {condition})"
        return Fact(False, reason, evidence)
    if not looked_at:
        return Unknown(f"{rejected} records were rejected, but neither quote nor chain was served to look at")
    return Fact(
        True, f"{rejected} impossible records were rejected; {looked_at} served prices are sound", rounds=rejected
    )


def _records(seen: dict[str, Any]) -> list[dict[str, Any]]:
    quote, chain = seen["quote"]["body"], seen["chain"]["body"]
    served = [quote] if isinstance(quote, dict) and "bid" in quote else []
    options = chain.get("options") if isinstance(chain, dict) else None
    return [*served, *(options or ())]


def _bad(record: dict[str, Any]) -> bool:
    try:
        bid, ask = float(record["bid"]), float(record["ask"])
    except (KeyError, TypeError, ValueError):
        return True
    return not (math.isfinite(bid) and math.isfinite(ask) and 0 < bid < ask)

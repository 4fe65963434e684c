"""Quotes are fresh while the market opens.

Why: a quote that looks current and is minutes old is worse than none. The age is computed here from the quote's own
time and the clock that was set, not taken from the service. Fix: ingest in the background, and show the true time of
a quote.
"""

from datetime import datetime

from readiness import Measured, Recording, Series, Unknown, check


@check(
    category="data_integrity",
    severity="major",
    needs="market_open",
    fix="Look at why updates arrive late or are not served: a blocked ingestion or a cache that is not replaced.",
)
def market_freshness(recording: Recording, *, objective: float = 60.0, limit: float = 300.0) -> Measured | Unknown:
    """The greatest age of a served quote in seconds; from 300 s on a quote is to be warned about (requirement 002)."""
    updates = recording.facts.get("updates")
    if not updates:
        return Unknown("no quote was read while the market opened")
    clock = recording.facts.get("clock", {})
    if not 200 <= clock.get("status", 0) < 300:
        return Unknown(f"the clock could not be set ({clock.get('error') or clock.get('status')}): ages cannot be told")
    ages: list[tuple[float, float]] = []
    for update in updates:
        try:
            at = datetime.fromisoformat(update["quote"]["body"]["at"])
            ages.append((float(update["since"]), (datetime.fromisoformat(update["now"]) - at).total_seconds()))
        except (KeyError, TypeError, ValueError):
            continue
    if len(ages) < len(updates):
        return Unknown(f"{len(updates) - len(ages)} of {len(updates)} answers held no quote with a time")
    oldest = max(abs(age) for _, age in ages)
    evidence = Series("Age of the served quote", "s", tuple(a for a, _ in ages), tuple(age for _, age in ages))
    reason = f"of {len(ages)} quotes the one farthest from the clock was {oldest:.1f} s off"
    return Measured(oldest, "s", objective, limit, reason=reason, evidence=(evidence,))

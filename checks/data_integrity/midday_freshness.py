"""Quotes are refreshed in the quiet hour too.

Why: a feed that is refreshed only when many ask serves an old price to the few who do. Fix: refresh by the age of what
is held, not by traffic.
"""

from datetime import datetime

from readiness import Measured, Recording, Unknown, check


@check(
    category="data_integrity",
    severity="major",
    needs="midday",
    fix="Refresh a quote when it is asked for and older than its limit, however quiet the hour.",
)
def midday_freshness(recording: Recording, *, objective: float = 300.0, limit: float = 900.0) -> Measured | Unknown:
    """The greatest age in seconds; midday data may be 900 s old (requirement 002), and from 300 s on it is aging."""
    rounds = recording.facts.get("rounds")
    if not rounds or not all(200 <= seen["clock"]["status"] < 300 for seen in rounds):
        return Unknown("the midday hour was not played: the clock could not be set")
    ages = []
    for seen in rounds:
        try:
            at = datetime.fromisoformat(seen["after"]["quote"]["body"]["at"])
        except (KeyError, TypeError, ValueError):
            return Unknown(f"the quote at {seen['now']} named no time")
        ages.append((datetime.fromisoformat(seen["now"]) - at).total_seconds() + seen["passed"])
    oldest = max(abs(age) for age in ages)
    return Measured(oldest, "s", objective, limit, reason=f"the oldest of {len(ages)} quotes was {oldest:.1f} s old")

"""The day is closed at a fresh price.

Why: expiries are settled and positions are carried over at the price of the close; an hour-old one assigns the wrong
puts. Fix: fetch the quote when the day is closed, and write its time into the report.
"""

from datetime import datetime

from readiness import Fact, Measured, NotApplicable, Recording, Unknown, check


@check(
    category="data_integrity",
    severity="major",
    needs="weekend",
    fix="Fetch the quote when the day is closed, and write its time into the report.",
)
def closing_freshness(
    recording: Recording, *, objective: float = 10.0, limit: float = 60.0
) -> Measured | Fact | NotApplicable | Unknown:
    """Age in seconds of the quote that the day was closed at; 60 s at the end of the day (requirement 002)."""
    close = recording.facts.get("close", {})
    body = close.get("body")
    if not 200 <= close.get("status", 0) < 300 or not isinstance(body, dict):
        return Unknown(f"the day was not closed: {close.get('error') or close.get('status', 'not tried')}")
    if "marked" not in body:
        return NotApplicable("the report of the close does not name the time of the quote that it was made at (marked)")
    if body["marked"] is None:
        return Fact(False, "the day was closed without a price")
    try:
        age = (datetime.fromisoformat(body["at"]) - datetime.fromisoformat(body["marked"])).total_seconds()
    except (KeyError, TypeError, ValueError) as error:
        return Unknown(f"the report names no times of its own ({type(error).__name__}: {error})")
    return Measured(abs(age), "s", objective, limit, reason=f"closed at a quote that was {age:.1f} s old")

"""The exchange's sessions are known: days, opening and closing, across clock changes, early closes and holidays.

Why: a session that is an hour off trades on a closed market, or sleeps through an open one, for weeks after each
change of the clocks. Fix: compute in the exchange's time zone (America/New_York), never with a fixed offset, from its
calendar.
"""

from datetime import UTC, date, datetime
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check, integrity


@check(
    category="data_integrity",
    severity="critical",
    needs="exchange_sessions",
    capabilities=("clock",),
    fix="Derive session times from the exchange's calendar in its own time zone instead of a fixed offset.",
)
def exchange_sessions(recording: Recording) -> Fact | Unknown:
    """Compare each answered day with the exchange's own rules."""
    days = recording.facts.get("calendar", ())
    for day in days:
        if day["status"] != 200 or not isinstance(day["body"], dict):
            return Unknown(f"the calendar of {day['date']} answered {day['error'] or day['status']}")
    try:
        answers = {date.fromisoformat(day["date"]): _session(day["body"]) for day in days}
    except ValueError as error:
        return Fact(False, f"an answered time is no instant: {error}")
    verdict = integrity.trading_days(answers)
    rows = tuple((str(day), _shown(answer), _shown(integrity.session(day))) for day, answer in verdict.witness)
    return verdict.outcome((Table("Wrong days (UTC)", ("date", "answered", "right"), rows),) if rows else ())


def _session(body: dict[str, Any]) -> integrity.Session | None:
    """The answered session; ValueError where its times are no instants with an offset."""
    return integrity.Session(_instant(body.get("opens")), _instant(body.get("closes"))) if body.get("session") else None


def _instant(value: object) -> datetime:
    instant = datetime.fromisoformat(str(value))
    if instant.utcoffset() is None:
        raise ValueError(f"{value} has no offset from UTC")
    return instant.astimezone(UTC)


def _shown(session: integrity.Session | None) -> str:
    return f"{session.opens:%Y-%m-%d %H:%M} to {session.closes:%Y-%m-%d %H:%M}" if session else "closed"

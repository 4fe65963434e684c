"""The exchange's sessions are known: days, opening and closing, across clock changes, early closes and holidays.

Why: a session that is an hour off trades on a closed market, or sleeps through an open one, for weeks after each
change of the clocks. Fix: compute in the exchange's time zone (America/New_York), never with a fixed offset, from its
calendar.
"""

from datetime import datetime

from readiness import Fact, Recording, Table, Unknown, check

# New York Stock Exchange, hours and holidays of 2025 (nyse.com/markets/hours-calendars), in UTC; None: closed.
OPENS_AND_CLOSES: dict[str, tuple[str, str] | None] = {
    "2025-03-07": ("14:30", "21:00"),  # the last session before clocks went forward
    "2025-03-10": ("13:30", "20:00"),
    "2025-10-31": ("13:30", "20:00"),
    "2025-11-03": ("14:30", "21:00"),  # the first after they went back
    "2025-11-28": ("14:30", "18:00"),  # the day after Thanksgiving closes early
    "2025-07-04": None,
    "2025-04-18": None,  # Good Friday
    "2025-01-09": None,  # day of mourning
    "2025-11-27": None,
    "2025-06-14": None,  # a Saturday
}


@check(
    category="data_integrity",
    severity="critical",
    needs="exchange_sessions",
    capabilities=("clock",),
    fix="Derive session times from the exchange's calendar in its own time zone instead of a fixed offset.",
)
def exchange_sessions(recording: Recording) -> Fact | Unknown:
    """Compare each answered day with the table of this file."""
    days = [day for day in recording.facts.get("calendar", ()) if day["date"] in OPENS_AND_CLOSES]
    if not days:
        return Unknown("no day with a known answer was asked for")
    wrong: list[tuple[str, str, str]] = []
    for day in days:
        if day["status"] != 200 or not isinstance(day["body"], dict):
            return Unknown(f"the calendar of {day['date']} answered {day['error'] or day['status']}")
        right, answered = _right(day["date"]), _answered(day["body"])
        if right != answered:
            wrong.append((day["date"], answered, right))
    if wrong:
        date, answered, right = wrong[0]
        evidence = (Table("Wrong days (UTC)", ("date", "answered", "right"), tuple(wrong)),)
        return Fact(False, f"{len(wrong)} of {len(days)} days are wrong: {date} is {answered}, not {right}", evidence)
    return Fact(True, f"all {len(days)} days agree with the exchange's calendar", rounds=len(days))


def _right(date: str) -> str:
    hours = OPENS_AND_CLOSES[date]
    return f"{date} {hours[0]} to {date} {hours[1]}" if hours else "closed"


def _answered(body: dict[str, str | bool | None]) -> str:
    if not body.get("session"):
        return "closed"
    return " to ".join(_utc(body.get(name)) for name in ("opens", "closes"))


def _utc(value: object) -> str:
    """The instant in UTC; text that is no instant with an offset is shown as it is."""
    try:
        instant = datetime.fromisoformat(str(value))
        offset = instant.utcoffset()
    except ValueError:
        return str(value)
    return str(value) if offset is None else f"{instant.replace(tzinfo=None) - offset:%Y-%m-%d %H:%M}"

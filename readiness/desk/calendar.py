"""When the New York Stock Exchange trades: sessions, early closes, holidays and monthly expirations.

The sessions of 2015-2030: every weekday from 09:30 to 16:00 in New York, but for those that `exchange_days` names.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from readiness.desk.clock import NEW_YORK
from readiness.desk.defects import active
from readiness.desk.exchange_days import CLOSED, EARLY

FIRST_DAY = date(2015, 1, 1)
LAST_DAY = date(2030, 12, 31)

_OPEN, _EARLY_CLOSE, _CLOSE = time(9, 30), time(13, 0), time(16, 0)
_FRIDAY = 4
_STANDARD_OFFSET = timedelta(hours=-5)
_DAYS_IN_YEAR = 365


@dataclass(frozen=True, slots=True)
class Session:
    """One trading day; `opens` and `closes` are aware and in UTC, and the session is open in [opens, closes)."""

    date: date
    opens: datetime
    closes: datetime
    early_close: bool


def session_on(day: date) -> Session | None:
    """The session of that day in New York, or None on a weekend or holiday; ValueError outside 2015-2030."""
    _require_covered(day)
    session = _sessions().get(day)
    if session and active("daylight-saving"):
        return _with_fixed_offset(session)
    return session


def is_open(at: datetime) -> bool:
    """Whether the exchange trades at this aware instant."""
    session = session_on(at.astimezone(NEW_YORK).date())
    return session is not None and session.opens <= at < session.closes


def current_or_next(at: datetime) -> Session:
    """The session that is open at this aware instant, else the next one to open."""
    day = at.astimezone(NEW_YORK).date()
    _require_covered(day)
    days = _days()
    for candidate in days[bisect_left(days, day) :]:
        session = session_on(candidate)
        if session and at < session.closes:
            return session
    raise ValueError(f"no session after {at.isoformat()}; the calendar ends on {LAST_DAY}")


def sessions_between(start: date, end: date) -> list[Session]:
    """The sessions of start..end, both included, in order."""
    _require_covered(start)
    _require_covered(end)
    days = _days()
    found = (session_on(day) for day in days[bisect_left(days, start) : bisect_right(days, end)])
    return [session for session in found if session]


@cache
def third_friday(year: int, month: int) -> date:
    """The day monthly options expire: the third Friday, or the Thursday before it when that is a holiday."""
    first = date(year, month, 1)
    friday = first + timedelta(days=(_FRIDAY - first.weekday()) % 7 + 14)
    return friday if session_on(friday) else friday - timedelta(days=1)


def years_until(expires: date, at: datetime) -> float:
    """Time to expiry in years (actual/365), counted to 16:00 in New York on the day; never negative."""
    left = datetime.combine(expires, _CLOSE, NEW_YORK).astimezone(UTC) - at
    return max(left.total_seconds(), 0.0) / (_DAYS_IN_YEAR * 86_400)


def _with_fixed_offset(session: Session) -> Session:
    """The defect: the wall clock of New York read as if daylight saving did not exist."""
    offset = session.opens.astimezone(NEW_YORK).utcoffset() or _STANDARD_OFFSET
    shift = offset - _STANDARD_OFFSET
    return Session(session.date, session.opens + shift, session.closes + shift, session.early_close)


def _require_covered(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"date {day} is outside the calendar; right would be {FIRST_DAY} to {LAST_DAY}")


@cache
def _days() -> list[date]:
    return list(_sessions())


@cache
def _sessions() -> dict[date, Session]:
    closed, early = _listed(CLOSED), _listed(EARLY)
    days = (FIRST_DAY + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days + 1))
    return {day: _session(day, day in early) for day in days if day.weekday() <= _FRIDAY and day not in closed}


def _listed(days: Mapping[int, str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(f"{year}-{day}") for year, names in days.items() for day in names.split())


def _session(day: date, early: bool) -> Session:
    opens, closes = (datetime.combine(day, at, NEW_YORK) for at in (_OPEN, _EARLY_CLOSE if early else _CLOSE))
    return Session(day, opens.astimezone(UTC), closes.astimezone(UTC), early)

"""The sessions of the New York Stock Exchange, from its rules: days, opening and closing in New York time.

Written from NYSE Rule 7.2 and the exchange's published holidays and hours (nyse.com/markets/hours-calendars), without
any calendar library, so that it can judge services that use one. Valid from 2005 to 2030.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from readiness.integrity.verdict import IntegrityVerdict, invalid, unknown, valid

NEW_YORK = "America/New_York"
OPENS, CLOSES, CLOSES_EARLY = time(9, 30), time(16), time(13)
YEARS = range(2005, 2031)
CLOSED_ONCE = frozenset(
    {
        date(2007, 1, 2),  # mourning for President Ford
        date(2012, 10, 29),  # hurricane Sandy
        date(2012, 10, 30),
        date(2018, 12, 5),  # mourning for President Bush
        date(2025, 1, 9),  # mourning for President Carter
    }
)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, SATURDAY, SUNDAY = 0, 1, 2, 3, 5, 6


class Session(NamedTuple):
    """When a session begins and ends, in UTC."""

    opens: datetime
    closes: datetime


def session(day: date) -> Session | None:
    """Return the session of a day (2005 to 2030), None where the exchange is closed."""
    if day.year not in YEARS:
        raise ValueError(f"sessions are known from {YEARS[0]} to {YEARS[-1]}, not in {day.year}")
    if day.weekday() >= SATURDAY or day in holidays(day.year):
        return None
    closes = CLOSES_EARLY if closes_early(day) else CLOSES
    return Session(*(datetime.combine(day, hour, ZoneInfo(NEW_YORK)).astimezone(UTC) for hour in (OPENS, closes)))


@lru_cache
def holidays(year: int) -> frozenset[date]:
    """Return the days of a year on which the exchange is closed although it is no weekend."""
    fixed = [date(year, 7, 4), date(year, 12, 25)]
    if year >= 2022:
        fixed.append(date(year, 6, 19))
    found = {_observed(day) for day in fixed}
    new_year = date(year, 1, 1)  # on a Saturday it is not observed: the Friday before closes the year's books
    found.add(new_year + timedelta(days=1) if new_year.weekday() == SUNDAY else new_year)
    found |= {_nth(year, 1, MONDAY, 3), _nth(year, 2, MONDAY, 3), _nth(year, 9, MONDAY, 1), _nth(year, 11, THURSDAY, 4)}
    found.add(easter(year) - timedelta(days=2))
    found.add(_nth(year, 6, MONDAY, 1) - timedelta(days=7))  # the last Monday in May
    return frozenset(found | {day for day in CLOSED_ONCE if day.year == year})


def closes_early(day: date) -> bool:
    """Whether a session ends at 13:00: the day after Thanksgiving, 24 December, and the eve of Independence Day."""
    if day == _nth(day.year, 11, THURSDAY, 4) + timedelta(days=1):
        return True
    if (day.month, day.day) == (12, 24):
        return day not in holidays(day.year)
    # on a Wednesday the exchange used to close early on Friday 5 July, and since 2013 does so on the eve
    eve = day.weekday() in (MONDAY, TUESDAY, THURSDAY) or (day.weekday() == WEDNESDAY and day.year >= 2013)
    return (day.month, day.day) == (7, 3) and eve


def easter(year: int) -> date:
    """Return Easter Sunday: the anonymous Gregorian computus (Meeus, Astronomical Algorithms, 1991, chapter 8)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, left = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def trading_days(answers: Mapping[date, Session | None]) -> IntegrityVerdict[tuple[date, Session | None]]:
    """Tell whether answered sessions are those of the exchange; None stands for a closed day. Rounds are the days.

    Unknown unless an open day, a closed weekday and an early close are among them: a Monday to Friday rule with fixed
    hours would be right elsewhere.
    """
    wrong = [(day, answer) for day, answer in sorted(answers.items()) if answer != session(day)]
    if wrong:
        day, answer = wrong[0]
        told = f"{day} is {_shown(answer)}, not {_shown(session(day))}"
        return invalid(f"{len(wrong)} of {len(answers)} days are wrong: {told}", wrong)
    holiday = any(answer is None and day.weekday() < SATURDAY for day, answer in answers.items())
    early = any(answer is not None and closes_early(day) for day, answer in answers.items())
    if not (holiday and early):
        return unknown("neither a holiday nor an early close is among the days")
    return valid(f"all {len(answers)} days agree with the exchange's calendar", len(answers))


def _observed(day: date) -> date:
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _shown(answer: Session | None) -> str:
    return f"{answer.opens:%H:%M} to {answer.closes:%H:%M} UTC" if answer else "closed"

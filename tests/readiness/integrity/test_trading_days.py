"""The exchange's calendar from its rules, day by day against a calendar library that shares no line with it."""

from datetime import UTC, date, datetime, timedelta

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.integrity import Session, session, trading_days
from readiness.integrity.trading_days import closes_early, easter, holidays
from tests.readiness.integrity.simulation import CASES

FIRST, LAST = date(2005, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the library's own, about its use of pandas
def test_every_day_of_twenty_two_years_agrees_with_the_library() -> None:
    calendar = exchange_calendars.get_calendar("XNYS", start=str(FIRST), end=str(LAST))
    theirs = {
        row.Index.date(): Session(row.open.to_pydatetime(), row.close.to_pydatetime())
        for row in calendar.schedule.itertuples()
    }
    assert len(theirs) > 5000
    assert [day for day in DAYS if session(day) != theirs.get(day)] == []


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        (date(2025, 3, 7), "14:30", "21:00"),
        (date(2025, 3, 10), "13:30", "20:00"),
        (date(2025, 11, 28), "14:30", "18:00"),
        (date(2025, 7, 3), "13:30", "17:00"),
    ],
)
def test_known_sessions(day: date, opens: str, closes: str) -> None:
    found = session(day)
    assert found is not None
    assert (f"{found.opens:%H:%M}", f"{found.closes:%H:%M}") == (opens, closes)


@pytest.mark.parametrize("day", [date(2025, 1, 9), date(2025, 4, 18), date(2022, 6, 20), date(2025, 6, 14)])
def test_known_closed_days(day: date) -> None:
    assert session(day) is None


def test_easter_is_known_from_other_tables() -> None:
    known = {2008: (3, 23), 2011: (4, 24), 2019: (4, 21), 2024: (3, 31), 2025: (4, 20), 2038: (4, 25)}
    assert {year: (easter(year).month, easter(year).day) for year in known} == known


@CASES
@given(st.lists(st.sampled_from(DAYS), min_size=1, max_size=5), st.integers(1, 180), st.integers(0, 4))
def test_right_answers_pass_and_each_wrong_one_is_found(days: list[date], minutes: int, place: int) -> None:
    answers = {day: session(day) for day in days}
    assert trading_days(answers).state != "invalid"
    day = days[place % len(days)]
    right = answers[day]
    noon = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    off = timedelta(minutes=minutes)
    wrong = {
        "open though closed": Session(noon, noon + off),
        "late": right and Session(right.opens + off, right.closes),
        "early": right and Session(right.opens, right.closes - off),
        "closed though open": None,
    }
    for planted in wrong.values():
        if planted != right:
            verdict = trading_days({**answers, day: planted})
            assert (verdict.state, verdict.witness) == ("invalid", ((day, planted),))


def test_days_that_any_calendar_gets_right_prove_nothing() -> None:
    holiday, early, plain = date(2025, 7, 4), date(2025, 11, 28), date(2025, 6, 3)
    assert trading_days({day: session(day) for day in (plain, date(2025, 6, 14))}).state == "unknown"
    assert trading_days({day: session(day) for day in (plain, holiday)}).state == "unknown"
    assert trading_days({day: session(day) for day in (plain, holiday, early)}).rounds == 3
    assert holiday in holidays(2025)
    assert closes_early(early)


def test_years_that_were_not_checked_are_refused() -> None:
    with pytest.raises(ValueError, match="2005 to 2030"):
        session(date(2004, 6, 11))

"""Sessions of the New York Stock Exchange on the days that calendars get wrong; times checked against NYSE notices."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import exchange_calendars
import pytest

from readiness.desk import defects
from readiness.desk.calendar import (
    FIRST_DAY,
    LAST_DAY,
    Session,
    current_or_next,
    is_open,
    session_on,
    sessions_between,
    third_friday,
    years_until,
)


@pytest.fixture
def without_daylight_saving() -> Iterator[None]:
    defects.arm(["daylight-saving"])
    yield
    defects.arm([])


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        ("2025-03-07", "14:30", "21:00"),  # Friday before the clocks go forward
        ("2025-03-10", "13:30", "20:00"),  # Monday after
        ("2025-10-31", "13:30", "20:00"),  # Friday before they go back
        ("2025-11-03", "14:30", "21:00"),  # Monday after
        ("2015-01-02", "14:30", "21:00"),  # first session covered
        ("2030-12-31", "14:30", "21:00"),  # last
    ],
)
def test_session_follows_daylight_saving(day: str, opens: str, closes: str) -> None:
    session = session_on(date.fromisoformat(day))
    assert session is not None
    assert session.opens == datetime.fromisoformat(f"{day}T{opens}Z")
    assert session.closes == datetime.fromisoformat(f"{day}T{closes}Z")
    assert not session.early_close
    assert session.opens.tzinfo is UTC


@pytest.mark.parametrize("day", ["2025-11-28", "2025-12-24", "2025-07-03"])
def test_early_close_is_at_one_in_new_york(day: str) -> None:
    session = session_on(date.fromisoformat(day))
    assert session is not None
    assert session.early_close
    assert session.closes - session.opens == timedelta(hours=3, minutes=30)


@pytest.mark.parametrize(
    "day",
    [
        "2025-01-09",  # day of mourning for President Carter
        "2025-04-18",  # Good Friday
        "2025-06-19",  # Juneteenth
        "2025-11-27",  # Thanksgiving
        "2025-03-08",  # Saturday
    ],
)
def test_closed_day_has_no_session(day: str) -> None:
    assert session_on(date.fromisoformat(day)) is None


def test_open_includes_the_opening_and_excludes_the_close() -> None:
    session = session_on(date(2025, 3, 10))
    assert session is not None
    instant = timedelta(microseconds=1)
    assert not is_open(session.opens - instant)
    assert is_open(session.opens)
    assert is_open(session.closes - instant)
    assert not is_open(session.closes)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2025-03-10T15:00:00Z", "2025-03-10"),  # during the session
        ("2025-03-10T11:00:00Z", "2025-03-10"),  # before it
        ("2025-03-10T20:00:00Z", "2025-03-11"),  # at its close
        ("2025-04-17T20:30:00Z", "2025-04-21"),  # before Good Friday
        ("2025-03-11T02:00:00Z", "2025-03-11"),  # still the tenth in New York
    ],
)
def test_current_or_next_session(at: str, day: str) -> None:
    assert current_or_next(datetime.fromisoformat(at)).date == date.fromisoformat(day)


def test_sessions_between_includes_both_ends() -> None:
    days = [session.date.day for session in sessions_between(date(2025, 4, 16), date(2025, 4, 21))]
    assert days == [16, 17, 21]
    assert len(sessions_between(date(2025, 1, 1), date(2025, 12, 31))) == 250


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2025, 3, 21), (2025, 4, 17), (2025, 8, 15), (2026, 6, 18), (2019, 4, 18), (2025, 12, 19)],
)
def test_third_friday_moves_to_thursday_on_a_holiday(year: int, month: int, day: int) -> None:
    assert third_friday(year, month) == date(year, month, day)


@pytest.mark.parametrize("day", [date(2014, 12, 31), date(2031, 1, 1)])
def test_day_outside_the_calendar_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match="right would be 2015-01-01 to 2030-12-31"):
        session_on(day)


def test_no_session_after_the_last_one() -> None:
    with pytest.raises(ValueError, match="the calendar ends"):
        current_or_next(datetime(2030, 12, 31, 22, tzinfo=UTC))


def test_years_until_counts_to_the_close_in_new_york() -> None:
    assert years_until(date(2025, 3, 21), datetime(2025, 3, 21, 20, tzinfo=UTC)) == 0.0
    assert years_until(date(2025, 3, 21), datetime(2025, 3, 20, 20, tzinfo=UTC)) == pytest.approx(1 / 365)
    assert years_until(date(2025, 3, 21), datetime(2025, 3, 22, 20, tzinfo=UTC)) == 0.0


@pytest.mark.usefixtures("without_daylight_saving")
def test_defect_is_an_hour_late_in_summer_and_right_in_winter() -> None:
    summer, winter = session_on(date(2025, 3, 10)), session_on(date(2025, 3, 7))
    assert summer is not None
    assert winter is not None
    assert summer.opens == datetime(2025, 3, 10, 14, 30, tzinfo=UTC)
    assert not is_open(datetime(2025, 3, 10, 14, 0, tzinfo=UTC))
    assert winter.opens == datetime(2025, 3, 7, 14, 30, tzinfo=UTC)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the library's own, about its use of pandas
def test_every_session_is_the_librarys() -> None:
    theirs = exchange_calendars.get_calendar("XNYS", start=str(FIRST_DAY), end=str(LAST_DAY))
    early = set(theirs.early_closes.date)
    wanted = [
        Session(row.Index.date(), row.open.to_pydatetime(), row.close.to_pydatetime(), row.Index.date() in early)
        for row in theirs.schedule.itertuples()
    ]
    assert len(wanted) > 4000
    assert sessions_between(FIRST_DAY, LAST_DAY) == wanted

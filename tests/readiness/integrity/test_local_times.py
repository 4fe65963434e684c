"""Local times around clock changes: every instant is found again, and a fixed offset is found out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.integrity import LocalTime, clock_changes, day_length, instants, local_times
from tests.readiness.integrity.simulation import CASES

ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
NEW_YORK = "America/New_York"
SECONDS = 45 * 366 * 24 * 3600
moments = st.integers(0, SECONDS).map(lambda seconds: datetime.fromisoformat("1990-01-01") + timedelta(seconds=seconds))


@CASES
@given(moments, st.sampled_from(ZONES))
def test_every_instant_is_among_those_that_its_wall_time_names(moment: datetime, zone: str) -> None:
    instant = moment.replace(tzinfo=UTC)
    assert instant in instants(instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone)


@CASES
@given(moments, st.sampled_from(ZONES))
def test_what_a_wall_time_names_shows_that_wall_time_and_nothing_near_it_does(moment: datetime, zone: str) -> None:
    """The oracle: walk over the offsets that any zone has."""
    shown = {
        moment - timedelta(minutes=minutes)
        for minutes in range(-12 * 60, 15 * 60, 30)
        if (moment - timedelta(minutes=minutes)).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        == moment
    }
    assert sorted(found.replace(tzinfo=None) for found in instants(moment, zone)) == sorted(shown)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2011, 2025])
def test_a_change_of_the_clocks_is_a_change_at_that_second(zone: str, year: int) -> None:
    changes = clock_changes(zone, year)
    assert len(changes) == {"UTC": 0, "Asia/Kolkata": 0}.get(zone, len(changes))
    for change in changes:
        local = [(change.at - timedelta(seconds=s)).astimezone(ZoneInfo(zone)).utcoffset() for s in (1, 0)]
        assert local == [change.before, change.after]
        assert change.before != change.after


def test_the_days_of_new_york_in_2025() -> None:
    assert [change.at for change in clock_changes(NEW_YORK, 2025)] == [
        datetime(2025, 3, 9, 7, tzinfo=UTC),
        datetime(2025, 11, 2, 6, tzinfo=UTC),
    ]
    lengths = [day_length(date(2025, month, day), NEW_YORK) for month, day in ((3, 9), (11, 2), (6, 1))]
    assert [length.total_seconds() / 3600 for length in lengths] == [23, 25, 24]
    assert day_length(date(2025, 4, 6), "Australia/Lord_Howe") == timedelta(hours=24, minutes=30)
    assert instants(datetime.fromisoformat("2025-03-09 02:30"), NEW_YORK) == ()
    assert len(instants(datetime.fromisoformat("2025-11-02 01:30"), NEW_YORK)) == 2


@CASES
@given(st.sampled_from(ZONES[:2]), st.integers(1995, 2030), st.integers(-20 * 60, 20 * 60), st.booleans())
def test_right_answers_near_a_change_pass_and_a_fixed_offset_does_not(
    zone: str, year: int, minutes: int, spring: bool
) -> None:
    change = clock_changes(zone, year)[0 if spring else 1]
    walls = [
        (change.at + timedelta(minutes=m)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for m in (-90, 90, minutes)
    ]
    right = [LocalTime(wall, next(iter(instants(wall, zone)), None)) for wall in walls]
    if local_times(right, zone).state != "valid":  # both readings may fall into the hour that is repeated
        assert not spring
    fixed = [LocalTime(wall, (wall - change.before).replace(tzinfo=UTC)) for wall in walls]
    far = LocalTime(walls[0] + timedelta(days=20), (walls[0] + timedelta(days=20) - change.before).replace(tzinfo=UTC))
    verdict = local_times([*fixed, far], zone)
    assert verdict.state == "invalid"


def test_times_far_from_a_change_and_a_skipped_hour() -> None:
    summer = [LocalTime(datetime.fromisoformat("2025-07-01 09:30"), datetime(2025, 7, 1, 13, 30, tzinfo=UTC))]
    winter = [LocalTime(datetime.fromisoformat("2025-12-01 09:30"), datetime(2025, 12, 1, 14, 30, tzinfo=UTC))]
    assert local_times(summer + winter, NEW_YORK).state == "unknown"
    skipped = datetime.fromisoformat("2025-03-09 02:30")
    assert "no such time" in local_times([LocalTime(skipped, datetime(2025, 3, 9, 7, 30, tzinfo=UTC))], NEW_YORK).reason
    assert "refused" in local_times([LocalTime(datetime.fromisoformat("2025-03-09 04:00"), None)], NEW_YORK).reason
    around = [
        LocalTime(datetime.fromisoformat("2025-03-09 01:00"), datetime(2025, 3, 9, 6, tzinfo=UTC)),
        LocalTime(skipped, None),
        LocalTime(datetime.fromisoformat("2025-03-09 04:00"), datetime(2025, 3, 9, 8, tzinfo=UTC)),
    ]
    assert local_times(around, NEW_YORK).state == "valid"

"""Minute bars lie inside sessions, agree with quotes and stream fast."""

import time
from datetime import UTC, datetime

import pytest

from readiness.desk.quality import RawBar, check_bar
from readiness.desk.vendor.history import HEADER, bars, parse_bound
from readiness.desk.vendor.market import undisturbed_spot

MARCH = datetime(2025, 3, 7, tzinfo=UTC), datetime(2025, 3, 11, tzinfo=UTC)


def rows_of(start: datetime, end: datetime, rows: int = 1_000_000, gaps: bool = False) -> list[list[str]]:
    text = "".join(bars(7, "U", start, end, rows, gaps))
    assert text.startswith(HEADER)
    return [line.split(",") for line in text.splitlines()[1:]]


def as_bar(row: list[str]) -> RawBar:
    numbers = [float(field or "nan") for field in row[1:]]
    return RawBar(datetime.fromisoformat(row[0]), *numbers)


def test_bars_cover_the_sessions_of_both_sides_of_daylight_saving() -> None:
    stamps = [row[0] for row in rows_of(*MARCH)]
    assert len(stamps) == len(set(stamps)) == 2 * 390
    assert (stamps[0], stamps[389]) == ("2025-03-07T14:30:00Z", "2025-03-07T20:59:00Z")
    assert (stamps[390], stamps[-1]) == ("2025-03-10T13:30:00Z", "2025-03-10T19:59:00Z")


def test_early_close_has_210_bars() -> None:
    assert len(rows_of(datetime(2025, 11, 28, tzinfo=UTC), datetime(2025, 11, 29, tzinfo=UTC))) == 210


def test_bounds_inside_a_session_are_kept() -> None:
    start, end = datetime(2025, 3, 10, 15, 0, 30, tzinfo=UTC), datetime(2025, 3, 10, 15, 3, tzinfo=UTC)
    assert [row[0][11:16] for row in rows_of(start, end)] == ["15:01", "15:02"]
    assert rows_of(end, start) == []
    assert rows_of(datetime(2025, 3, 8, tzinfo=UTC), datetime(2025, 3, 9, tzinfo=UTC)) == []


def test_rows_limits_the_answer() -> None:
    assert len(rows_of(*MARCH, rows=400)) == 400


def test_all_bars_are_valid_and_follow_the_spot() -> None:
    for row in rows_of(*MARCH):
        bar = as_bar(row)
        assert check_bar(bar).accepted
        assert bar.open == pytest.approx(undisturbed_spot(7, "U", bar.at.timestamp()), abs=0.0051)


def test_gaps_spoil_every_tenth_row() -> None:
    verdicts = [check_bar(as_bar(row)).accepted for row in rows_of(*MARCH, gaps=True)]
    assert [index for index, accepted in enumerate(verdicts) if not accepted] == list(range(9, 780, 10))


def test_a_hundred_thousand_rows_take_less_than_a_second() -> None:
    began = time.process_time()
    rows = sum(piece.count("\n") for piece in bars(7, "U", *_LONG, rows=100_000)) - 1
    assert rows == 100_000
    assert time.process_time() - began < 1.0


_LONG = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("2025-03-10", False, "2025-03-10T04:00:00Z"),
        ("2025-03-10", True, "2025-03-11T04:00:00Z"),
        ("2025-03-10T13:30:00Z", True, "2025-03-10T13:30:00Z"),
        ("2025-03-10T09:30:00-04:00", False, "2025-03-10T13:30:00Z"),
    ],
)
def test_bounds_are_instants_or_days(text: str, end: bool, expected: str) -> None:
    assert parse_bound(text, end) == datetime.fromisoformat(expected)


def test_bound_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="right would be 2025-03-10T13:30:00Z"):
        parse_bound("2025-03-10T13:30:00", end=False)

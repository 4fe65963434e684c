"""Tests of the check exchange_sessions."""

from typing import Any

import pytest

from checks.data_integrity.exchange_sessions import exchange_sessions
from readiness import Fact, Recording, Unknown

# Hours and holidays of 2025 as the exchange published them (nyse.com/markets/hours-calendars), in UTC; None: closed.
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


def day(date: str, opens: str | None, closes: str | None, status: int = 200) -> dict[str, Any]:
    body = {"date": date, "session": opens is not None, "opens": opens, "closes": closes}
    return {"date": date, "status": status, "error": "", "body": body}


def right() -> list[dict[str, Any]]:
    return [
        day(date, f"{date}T{hours[0]}:00Z", f"{date}T{hours[1]}:00Z") if hours else day(date, None, None)
        for date, hours in OPENS_AND_CLOSES.items()
    ]


def test_green_for_the_exchange_calendar_in_any_offset() -> None:
    local = day("2025-03-10", "2025-03-10T09:30:00-04:00", "2025-03-10T16:00:00-04:00")
    for days in (right(), [local if entry["date"] == local["date"] else entry for entry in right()]):
        outcome = exchange_sessions(Recording(facts={"calendar": days}))
        assert isinstance(outcome, Fact)
        assert outcome.passed, outcome.reason
        assert outcome.rounds == len(days)


@pytest.mark.parametrize(
    "wrong",
    [
        day("2025-03-10", "2025-03-10T14:30:00Z", "2025-03-10T21:00:00Z"),
        day("2025-11-28", "2025-11-28T14:30:00Z", "2025-11-28T18:00:01+00:01"),
        day("2025-01-09", "2025-01-09T14:30:00Z", "2025-01-09T21:00:00Z"),
        day("2025-03-10", None, None),
    ],
)
def test_red_for_a_wrong_day(wrong: dict[str, Any]) -> None:
    days = [entry for entry in right() if entry["date"] != wrong["date"]]
    outcome = exchange_sessions(Recording(facts={"calendar": [*days, wrong]}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert f"1 of 10 days are wrong: {wrong['date']}" in outcome.reason


def test_red_for_times_without_an_offset() -> None:
    local = day("2025-03-10", "2025-03-10T13:30:00", "2025-03-10T20:00:00")
    outcome = exchange_sessions(Recording(facts={"calendar": [local]}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "no offset" in outcome.reason


def test_unknown_without_answers_or_with_days_that_every_calendar_gets_right() -> None:
    plain = [entry for entry in right() if entry["date"] == "2025-03-07"]
    assert isinstance(exchange_sessions(Recording(facts={"calendar": plain})), Unknown)
    assert isinstance(exchange_sessions(Recording()), Unknown)
    failed = [day("2025-03-10", None, None, status=500)]
    assert isinstance(exchange_sessions(Recording(facts={"calendar": failed})), Unknown)

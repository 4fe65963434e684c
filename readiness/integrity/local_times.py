"""Local times around the changes of the clocks: which instants may they mean, and which were answered?

The rules are those of the IANA time-zone database, through zoneinfo. An hour that is skipped in spring names no
instant; one that is repeated in autumn names two (PEP 495).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from readiness.integrity.verdict import IntegrityVerdict, invalid, unknown, valid

DAY = timedelta(days=1)
NEAR = timedelta(days=1)
"""How far from a change of the clocks an answer still tells whether the change is known."""


class ClockChange(NamedTuple):
    """The first instant of a new offset from UTC, and the offsets before and from then on."""

    at: datetime
    before: timedelta
    after: timedelta


class LocalTime(NamedTuple):
    """A wall clock's reading (without a zone) and the instant that was answered; None: refused, no such time."""

    wall: datetime
    answered: datetime | None


def clock_changes(zone: str, year: int) -> tuple[ClockChange, ...]:
    """Return the changes of a zone's offset in a year (UTC), to the second."""
    return tuple(_changes(ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)))


def _changes(zone: ZoneInfo, low: datetime, high: datetime) -> Iterator[ClockChange]:
    """A step of a day at a time, then halving: no zone has changed twice within a day."""
    while low < high:
        before, after = _offset(zone, low), _offset(zone, low + DAY)
        if before != after:
            left, right = low, low + DAY
            while right - left > timedelta(seconds=1):
                middle = left + (right - left) // 2
                middle = middle.replace(microsecond=0)
                left, right = (middle, right) if _offset(zone, middle) == before else (left, middle)
            yield ClockChange(right, before, after)
        low += DAY


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def instants(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """Return the instants (UTC) that a wall clock's reading names: none in a gap, two where the hour repeats."""
    found = []
    for fold in (0, 1):
        instant = wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
        if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall and instant not in found:
            found.append(instant)
    return tuple(found)


def day_length(day: date, zone: str) -> timedelta:
    """Return how long a calendar day lasts: 23 or 25 hours where clocks change by one."""
    begin, end = (datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(zone)) for d in (day, day + DAY))
    return end.astimezone(UTC) - begin.astimezone(UTC)


def local_times(answers: Sequence[LocalTime], zone: str) -> IntegrityVerdict[LocalTime]:
    """Tell whether each answer is an instant that its wall time names; a time in a gap must be refused.

    Unknown unless answers lie on both sides of a change of the clocks and within a day of one: elsewhere a fixed
    offset is right, too. Rounds are the answers.
    """
    for answer in answers:
        may = instants(answer.wall, zone)
        if answer.answered not in may and not (answer.answered is None and not may):
            right = " or ".join(f"{instant:%Y-%m-%d %H:%M}Z" for instant in may) or "no such time"
            told = f"{answer.answered:%Y-%m-%d %H:%M}Z" if answer.answered else "refused"
            return invalid(f"{answer.wall:%Y-%m-%d %H:%M} in {zone} is {right}, not {told}", (answer,))
    offsets = {answer.answered.astimezone(ZoneInfo(zone)).utcoffset() for answer in answers if answer.answered}
    if len(offsets) < 2 or not any(_near(answer.answered, zone) for answer in answers if answer.answered):
        return unknown("no answer lies near a change of the clocks, on both sides of it")
    return valid(f"{len(answers)} local times in {zone} are right", len(answers))


def _near(instant: datetime, zone: str) -> bool:
    return any(abs(instant - change.at) <= NEAR for change in clock_changes(zone, instant.year))

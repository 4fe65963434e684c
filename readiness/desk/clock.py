"""The desk's idea of now: the system clock, or a simulated one that a test can place at any instant.

A simulated clock is not frozen. It runs on from where it was set, driven by the monotonic clock, so ages and timeouts
behave as they would on the day.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")


class _Anchor(NamedTuple):
    """An instant of the simulated day and the monotonic second at which it was true."""

    instant: datetime
    monotonic_s: float


class ExchangeClock:
    """Tells the time in UTC; `start=None` means the system's time."""

    def __init__(self, start: datetime | None = None) -> None:
        self._anchor = None if start is None else _anchor(start)

    @property
    def simulated(self) -> bool:
        """Whether `set` may move this clock."""
        return self._anchor is not None

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        anchor = self._anchor  # one read: another thread may replace the anchor at any time
        if anchor is None:
            return datetime.now(UTC)
        return anchor.instant + timedelta(seconds=time.monotonic() - anchor.monotonic_s)

    def set(self, now: datetime) -> None:
        """Place a simulated clock at `now`, forwards or back; RuntimeError for the system's clock."""
        if not self.simulated:
            raise RuntimeError("the clock follows the system; start with a simulated instant to be able to set it")
        self._anchor = _anchor(now)


def _anchor(instant: datetime) -> _Anchor:
    if instant.tzinfo is None:
        raise ValueError(f"instant {instant.isoformat()!r} has no offset; right would be {instant.isoformat()}Z")
    return _Anchor(instant.astimezone(UTC), time.monotonic())

"""The desk's idea of now: the system clock, or a simulated one that a test can place at any instant.

A simulated clock runs on from where it was set, driven by the monotonic clock, so ages and timeouts behave as they
would on the day. It may also be held: then a recorded day can be replayed with exactly its times.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")


class _Anchor(NamedTuple):
    """An instant of the simulated day and the monotonic second at which it was true; without one the clock is held."""

    instant: datetime
    monotonic_s: float | None


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
        if anchor.monotonic_s is None:
            return anchor.instant
        return anchor.instant + timedelta(seconds=time.monotonic() - anchor.monotonic_s)

    def set(self, now: datetime, *, running: bool = True) -> None:
        """Place a simulated clock at `now`, forwards or back, and let it run or hold it; RuntimeError for the system's."""
        if not self.simulated:
            raise RuntimeError("the clock follows the system; start with a simulated instant to be able to set it")
        self._anchor = _anchor(now) if running else _anchor(now)._replace(monotonic_s=None)


def _anchor(instant: datetime) -> _Anchor:
    if instant.tzinfo is None:
        raise ValueError(f"instant {instant.isoformat()!r} has no offset; right would be {instant.isoformat()}Z")
    return _Anchor(instant.astimezone(UTC), time.monotonic())

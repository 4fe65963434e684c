"""Deadlines of many connections with one timer: nothing is scheduled or cancelled per call."""

import asyncio
import math
from time import monotonic
from typing import Protocol


class Watched(Protocol):
    """Something that must be over by ``deadline`` (``time.monotonic``; infinite while nothing is under way)."""

    deadline: float

    def expire(self) -> None:
        """The deadline has passed."""


class Watch:
    """Expires what is overdue. A call only stores its deadline; a timer of its own would cost it more than a microsecond."""

    def __init__(self) -> None:
        self.watched: set[Watched] = set()
        self.next = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def by(self, deadline: float) -> None:
        """See to it that somebody looks at ``deadline``; callers skip this while ``deadline >= next``."""
        if self._timer is not None:
            self._timer.cancel()
        self.next = deadline
        # one millisecond more: event loops count in whole ones and may wake up to one early
        delay = max(0.0, deadline - monotonic()) + 0.001
        self._timer = asyncio.get_running_loop().call_later(delay, self._look)

    def forget(self, watched: Watched) -> None:
        """Stop watching; the last one takes the timer along."""
        self.watched.discard(watched)
        if not self.watched and self._timer is not None:
            self._timer.cancel()
            self._timer, self.next = None, math.inf

    def _look(self) -> None:
        now = monotonic()
        for watched in [one for one in self.watched if one.deadline <= now]:
            watched.expire()
        self._timer, self.next = None, math.inf
        soonest = min((one.deadline for one in self.watched), default=math.inf)
        if soonest < math.inf:
            self.by(soonest)

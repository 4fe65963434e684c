"""Open model: iterations begin when a clock says so, whatever the target does; who finds every user busy waits and keeps his time."""

import asyncio
from collections.abc import Callable
from time import monotonic

from readiness.load.alarm import alarm
from readiness.load.crew import Crew, Enlist, Iteration
from readiness.load.pace import Pace, PaceKeeper
from readiness.load.ramp import Ramp

MOST_RATE = 1_000_000.0
"""Starts per second; more than any process can begin, so that an impossible rate can be asked for and seen."""


Enough = Callable[[], bool]
"""Asked after each iteration: whether the phase may end before its time."""


def never() -> bool:
    """Go on to the end of the schedule."""
    return False


class Arrivals:
    """Starts the arrivals of a ramp. The queue of those that are due is a pair of numbers, so that no backlog can fill the memory."""

    def __init__(self, ramp: Ramp, enlist: Enlist, *, max_users: int, executor: str, enough: Enough = never) -> None:
        self._ramp, self._enlist, self._max_users = ramp, enlist, max_users
        self._total, self._seconds = ramp.total, ramp.seconds
        self._enough = enough
        self._next = 0
        self._idle: list[asyncio.Future[float | None]] = []
        self._crew = Crew()
        self._keeper = PaceKeeper(executor, self._total)
        self._begin = self._keeper.begin
        self._alarm = alarm(self._start_due)
        self._waiting = False
        """Whether an arrival is due that found every user busy."""

    async def run(self, graceful_stop: float) -> Pace:
        """Start them all, wait at most ``graceful_stop`` seconds after the schedule's end, and say how it went."""
        keeper = self._keeper
        self._start_due()
        try:
            keeper.cut = await self._crew.finish(self._begin + self._seconds + graceful_stop) if self._total else 0
        finally:
            self._alarm.close()
        return keeper.pace(self._seconds)

    def _start_due(self) -> None:
        """Start what is due as long as users are free, and set the alarm for the next arrival."""
        now = monotonic()
        self._waiting = False
        while self._next < self._total:
            due = self._begin + self._ramp.at(self._next)
            if due > now:
                self._alarm.set(due)
                return
            if self._idle:
                self._idle.pop().set_result(due)
            elif self._keeper.users < self._max_users:
                self._crew.start(self._work(self._enlist(self._keeper.users), due))
                self._keeper.users += 1
            else:  # the first user who is through goes on with it
                self._waiting = True
                return
            self._next += 1
        self._dismiss()

    def _take(self) -> float | None:
        """Return the next arrival that is due and found nobody free."""
        if not self._waiting or self._next >= self._total:
            return None
        now, due = monotonic(), self._begin + self._ramp.at(self._next)
        if due > now:
            self._waiting = False
            self._alarm.set(due)
            return None
        keeper = self._keeper
        keeper.queued += 1
        keeper.longest_queue = max(keeper.longest_queue, int(self._ramp.count(now - self._begin)) - self._next)
        self._next += 1
        if self._next >= self._total:
            self._dismiss()
        return due

    async def _work(self, iterate: Iteration, due: float | None) -> None:
        """One user: iterate when told to, rest until then."""
        keeper = self._keeper
        while due is not None:
            keeper.last_start = now = monotonic()
            keeper.late(max(0.0, now - due))
            keeper.started += 1
            await iterate(due)
            if self._next < self._total and self._enough():
                self._stop()
            due = self._take()
            if due is None and self._next < self._total:
                told: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
                self._idle.append(told)
                due = await told

    def _stop(self) -> None:
        """Start nothing more: what is not due yet is not asked for, and what is under way goes on to its end."""
        self._seconds = monotonic() - self._begin
        self._keeper.asked = max(self._next, int(self._ramp.count(self._seconds)))
        self._total = self._next
        self._waiting = False
        self._dismiss()

    def _dismiss(self) -> None:
        """Every arrival was started: users who rest go home."""
        while self._idle:
            self._idle.pop().set_result(None)

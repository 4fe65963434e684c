"""The users of a phase as tasks: what an executor starts, waits for, and ends."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic
from typing import Any

Iteration = Callable[[float], Awaitable[object]]
"""One user's iteration; its argument is when it was to begin (``time.monotonic``)."""
Enlist = Callable[[int], Iteration]
"""Makes the user of a number and returns what he does in each iteration."""
MOST_USERS = 100_000
"""More than one process can hold connections for."""


class Crew:
    """Tasks of which the first one to fail ends all: a defect of a journey or an adapter is never swallowed."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a user."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def end(self) -> None:
        """Everything that was to be started has been started, and has come to its end."""
        if not self._over.done():
            self._over.set_result(None)

    async def finish(self, until: float) -> int:
        """Wait until all are through, at most until ``until`` (``time.monotonic``); return how many had to be ended."""
        try:
            done, _ = await asyncio.wait((self._over,), timeout=max(0.0, until - monotonic()))
            if done:
                self._over.result()  # raises the defect, which may be a TimeoutError of the journey itself
        finally:
            left = list(self._tasks)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            self._over.cancel()
        return len(left)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        defect = None if task.cancelled() else task.exception()
        if defect is not None and not self._over.done():
            self._over.set_exception(defect)
        elif not self._tasks:
            self.end()

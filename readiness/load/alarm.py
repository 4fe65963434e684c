"""An alarm clock that is right to some ten microseconds: event loops count in whole milliseconds, arrivals do not.

On Linux a timer of the kernel's own (timerfd) wakes the loop; elsewhere the loop's timer does. Both come a little early where
there is time for it, and the rest is spent looking at the clock: a core that slept needs as long to wake up.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from time import monotonic
from typing import Protocol

EARLY = 0.002
"""Seconds by which the coarse timer wakes up before time."""
WAKING = 80e-6
"""Seconds by which the kernel's timer does: what most cores take from the interrupt to the first line of ours."""
AHEAD = 0.001
"""Seconds from which an alarm is worth that: below, the core hardly sleeps, and looking at the clock would fill it."""


class Alarm(Protocol):
    """Calls back once at each time that is set."""

    def set(self, when: float) -> None:
        """Ring at ``when`` (``time.monotonic``), instead of what was set before."""

    def close(self) -> None:
        """Never ring again."""


class KernelAlarm:
    """A timerfd in the event loop."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring, self._when = ring, 0.0
        self._arm, self._fd = _timer()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._rang)

    def set(self, when: float) -> None:
        """Ring at ``when``."""
        self._when = when
        early = WAKING if when - monotonic() > AHEAD else 0.0
        self._arm(self._fd, max(1, int((when - early) * 1e9)))

    def close(self) -> None:
        """Give the descriptor back."""
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    def _rang(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return  # set again after it had expired: it will ring anew
        while monotonic() < self._when:
            pass
        self._ring()


class LoopAlarm:
    """The loop's own timer, and looking at the clock for the last two milliseconds."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring, self._when = ring, 0.0
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.Handle | None = None

    def set(self, when: float) -> None:
        """Ring at ``when``."""
        self._when = when
        self._stop()
        self._handle = self._loop.call_later(max(0.0, when - monotonic() - EARLY), self._look)

    def close(self) -> None:
        """Stop."""
        self._stop()

    def _stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def _look(self) -> None:
        if monotonic() >= self._when:
            self._handle = None
            self._ring()
        else:
            self._handle = self._loop.call_soon(self._look)


def alarm(ring: Callable[[], None]) -> Alarm:
    """Return the best alarm of this platform."""
    return KernelAlarm(ring) if sys.platform == "linux" else LoopAlarm(ring)


def _timer() -> tuple[Callable[[int, int], None], int]:
    """Return a function that arms a timer (absolute nanoseconds of the monotonic clock), and its descriptor."""
    if sys.version_info >= (3, 13):
        fd = os.timerfd_create(1, flags=os.TFD_NONBLOCK | os.TFD_CLOEXEC)
        return lambda fd, when: os.timerfd_settime_ns(fd, flags=os.TFD_TIMER_ABSTIME, initial=when), fd
    import ctypes  # before 3.13 the standard library does not wrap these two calls

    library = ctypes.CDLL(None, use_errno=True)
    settings = (ctypes.c_long * 4)()  # interval (seconds, nanoseconds), then the first expiry
    settime, absolute = library.timerfd_settime, 1

    def arm(fd: int, when: int) -> None:
        settings[2], settings[3] = divmod(when, 1_000_000_000)
        settime(fd, absolute, settings, None)

    fd = library.timerfd_create(1, os.O_NONBLOCK | os.O_CLOEXEC)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "no timer could be made")
    return arm, fd

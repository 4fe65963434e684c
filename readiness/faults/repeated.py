"""Faults that strike a process again and again: a crash loop, and a CPU that is taken away many times a second."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Sequence
from typing import Any

import psutil

from readiness.errors import TargetError
from readiness.faults.process import Killed, is_stopped, living_of
from readiness.targeting import ProcessControl

PERIOD_SECONDS = 0.1
JOIN_SECONDS = 2.0


class CrashLoop:
    """SIGKILL of the whole tree, started again and killed ``after`` so many seconds, once for each number.

    A short time strikes in the middle of a start, when the harm of the crash before is being repaired. The last kill is
    not followed by a start: that is the scenario's part.
    """

    name = "crash_loop"

    def __init__(self, control: ProcessControl, *, after: Sequence[float] = (0.1, 0.4, 0.7)) -> None:
        self._control, self._after = control, tuple(after)
        self._kills: list[dict[str, Any]] = []

    async def arm(self) -> None:
        """Kill, then start and kill, and see each time that all are gone."""
        self._kills = [await self._kill(0.0)]
        for seconds in self._after:
            starting = asyncio.create_task(self._control.start())
            await asyncio.sleep(seconds)
            kill = await self._kill(seconds)
            try:
                await starting
            except TargetError:  # it was killed while it started, unless there was nobody to kill any more
                kill["ended_by_itself"] = not kill.get("killed")
            self._kills.append(kill)

    async def disarm(self) -> None:
        """Nothing is left to undo."""

    def witness(self) -> dict[str, Any]:
        """The kills with the pids that are gone; empty unless each one found somebody and left nobody.

        A start that had ended by itself before it was to be killed needs no killer: that is what a crash loop shows.
        """
        first = bool(self._kills) and bool(self._kills[0].get("killed"))
        acted = first and all(kill.get("killed") or kill.get("ended_by_itself") for kill in self._kills)
        return {"kills": self._kills} if acted else {}

    async def _kill(self, after: float) -> dict[str, Any]:
        fault = Killed(self._control)
        await fault.arm()
        return {"after_seconds": after, **fault.witness()}


class Throttled:
    """The process tree runs for ``share`` of the time only: SIGSTOP and SIGCONT once in ``period`` seconds.

    A thread of ours does it, so that a busy loop does not disturb the rhythm. Processes that are started meanwhile run
    free. A gate that dies may leave them stopped: its watchdog ends them.
    """

    name = "cpu_throttled"

    def __init__(self, control: ProcessControl, *, share: float = 0.2, period: float = PERIOD_SECONDS) -> None:
        self._control, self._share, self._period = control, share, period
        self._struck: list[psutil.Process] = []
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._began = self._seconds = self._cpu = 0.0
        self._held = 0

    async def arm(self) -> None:
        """Begin with a stop."""
        if self._thread is not None:
            return
        self._struck, self._held = living_of(self._control.pids()), 0
        self._began, self._cpu = time.monotonic(), _cpu_seconds(self._struck)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._alternate, name=self.name, daemon=True)
        self._thread.start()

    async def disarm(self) -> None:
        """Let all go on, whoever stopped them."""
        if self._thread is not None:
            self._over.set()
            await asyncio.to_thread(self._thread.join, JOIN_SECONDS)
            self._thread = None
            self._seconds, self._cpu = time.monotonic() - self._began, _cpu_seconds(self._struck) - self._cpu
        self._control.resume()

    def witness(self) -> dict[str, Any]:
        """How often all were seen stopped, and the share of a processor they got; empty when they never were.

        The share is known when it is disarmed, and stays below ``share`` times the threads that were ready to run.
        """
        if not self._held:
            return {}
        told = {"stops": self._held, "share_allowed": self._share}
        return told if self._thread is not None else {**told, "cpu_share": round(self._cpu / self._seconds, 4)}

    def _alternate(self) -> None:
        while self._struck and not self._over.is_set():
            _each(self._struck, "suspend")
            self._over.wait(self._period * (1 - self._share))
            self._held += all(is_stopped(process) for process in self._struck)
            _each(self._struck, "resume")
            self._over.wait(self._period * self._share)


def _each(processes: list[psutil.Process], action: str) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            getattr(process, action)()


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total

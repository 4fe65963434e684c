"""Faults of a process: killed, paused, told to stop; each looks afterwards whether it really happened."""

import asyncio
import contextlib
import signal
import time
from pathlib import Path
from typing import Any

import psutil

from readiness.faults.children import is_living
from readiness.targeting import ProcessControl

PROOF_SECONDS = 5.0
LOOK_SECONDS = 0.02


class Killed:
    """SIGKILL of the whole tree. Disarming does not bring it back: starting again is the scenario's part."""

    name = "killed"

    def __init__(self, control: ProcessControl) -> None:
        self._control = control
        self._struck: list[psutil.Process] = []
        self._gone: list[int] = []

    async def arm(self) -> None:
        """Kill, and see each process gone."""
        self._struck, self._gone = living_of(self._control.pids()), []
        self._control.kill()
        end = time.monotonic() + PROOF_SECONDS
        while any(is_living(process) for process in self._struck) and time.monotonic() < end:
            await asyncio.sleep(LOOK_SECONDS)
        await self._control.wait(PROOF_SECONDS)  # reaps it
        self._gone = [process.pid for process in self._struck if not is_living(process)]

    async def disarm(self) -> None:
        """Nothing is left to undo."""

    def witness(self) -> dict[str, Any]:
        """The processes that are gone: none with this pid and start time lives. Empty unless all of them are."""
        struck = [process.pid for process in self._struck]
        return {"killed": struck} if struck and struck == self._gone else {}


class Paused:
    """SIGSTOP of the whole tree until it is disarmed."""

    name = "paused"

    def __init__(self, control: ProcessControl) -> None:
        self._control = control
        self._struck: list[psutil.Process] = []
        self._armed: float | None = None
        self._proof: dict[str, Any] = {}

    async def arm(self) -> None:
        """Stop, and read each process's state."""
        if self._armed is not None:
            return
        self._struck, self._proof, self._armed = living_of(self._control.pids()), {}, time.monotonic()
        self._control.pause()
        end = time.monotonic() + PROOF_SECONDS
        while self._struck and not self._holds() and time.monotonic() < end:
            await asyncio.sleep(LOOK_SECONDS)

    async def disarm(self) -> None:
        """Let it go on; what somebody has woken in between was not paused."""
        if self._armed is not None:
            self._proof, self._armed = self._present(), None
        self._control.resume()

    def witness(self) -> dict[str, Any]:
        """The processes in the state `stopped`, read now or just before they were resumed; empty unless all are."""
        return self._proof if self._armed is None else self._present()

    def _present(self) -> dict[str, Any]:
        if self._armed is None or not self._holds():
            return {}
        seconds = round(time.monotonic() - self._armed, 6)
        return {"stopped": [process.pid for process in self._struck], "seconds": seconds}

    def _holds(self) -> bool:
        return bool(self._struck) and all(is_stopped(process) for process in self._struck)


class Terminated:
    """SIGTERM to the root process, as a supervisor sends it."""

    name = "terminated"

    def __init__(self, control: ProcessControl) -> None:
        self._control = control
        self._root: psutil.Process | None = None
        self._survivable = False

    async def arm(self) -> None:
        """Send it, if there is somebody to receive it."""
        root = living_of(self._control.pids()[:1])
        self._root = root[0] if root else None
        if self._root is not None:
            self._survivable = _survives(self._root.pid, signal.SIGTERM)
            self._control.terminate()

    async def disarm(self) -> None:
        """Nothing is left to undo."""

    def witness(self) -> dict[str, Any]:
        """The process that was told to stop, and whether it is gone.

        One that lives on proves nothing, unless it had a handler for the signal or ignores it: else the kernel would
        have ended it. Empty, too, where none was alive.
        """
        if self._root is None:
            return {}
        gone = not is_living(self._root)
        return {"signalled": self._root.pid, "signal": "SIGTERM", "gone": gone} if gone or self._survivable else {}


def living_of(pids: list[int]) -> list[psutil.Process]:
    """The processes that still exist."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(pid))
    return found


def is_stopped(process: psutil.Process) -> bool:
    """Whether it is held by SIGSTOP now."""
    try:
        return bool(process.is_running() and process.status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False


def _survives(pid: int, number: signal.Signals) -> bool:
    """Whether the process catches or ignores the signal; False where the system does not tell."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            name, _, mask = line.partition(":")
            if name in ("SigIgn", "SigCgt") and int(mask, 16) >> (number - 1) & 1:
                return True
    return False

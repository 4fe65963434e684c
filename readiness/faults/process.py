"""Faults of a process: killed, paused, told to stop; each looks afterwards whether it really happened."""

import time
from typing import Any

import psutil

from readiness.targeting import ProcessControl

PROOF_SECONDS = 5.0


class Killed:
    """SIGKILL of the whole tree. Disarming does not bring it back: starting again is the scenario's part."""

    name = "killed"

    def __init__(self, control: ProcessControl) -> None:
        self._control = control
        self._struck: list[psutil.Process] = []
        self._gone: list[int] = []

    async def arm(self) -> None:
        """Kill, and see each process gone."""
        self._struck = _processes(self._control.pids())
        self._control.kill()
        await self._control.wait(PROOF_SECONDS)
        end = time.monotonic() + PROOF_SECONDS
        while any(_lives(process) for process in self._struck) and time.monotonic() < end:
            await self._control.wait(0.05)
        self._gone = [process.pid for process in self._struck if not _lives(process)]

    async def disarm(self) -> None:
        """Nothing is left to undo."""

    def witness(self) -> dict[str, Any]:
        """The processes that were there and are gone; empty unless all are."""
        struck = [process.pid for process in self._struck]
        return {"killed": struck} if struck and struck == self._gone else {}


class Paused:
    """SIGSTOP of the whole tree until it is disarmed."""

    name = "paused"

    def __init__(self, control: ProcessControl) -> None:
        self._control = control
        self._stopped: list[int] = []

    async def arm(self) -> None:
        """Stop, and read each process's state."""
        struck = _processes(self._control.pids())
        self._control.pause()
        end = time.monotonic() + PROOF_SECONDS
        while time.monotonic() < end:
            self._stopped = [process.pid for process in struck if _stopped(process)]
            if struck and len(self._stopped) == len(struck):
                return
            await self._control.wait(0.02)

    async def disarm(self) -> None:
        """Let it go on."""
        self._control.resume()

    def witness(self) -> dict[str, Any]:
        """The processes seen in the state `stopped`."""
        return {"stopped": self._stopped} if self._stopped else {}


class Terminated:
    """SIGTERM to the root process, as a supervisor sends it."""

    name = "terminated"

    def __init__(self, control: ProcessControl) -> None:
        self._control = control
        self._root = 0

    async def arm(self) -> None:
        """Send it, if there is somebody to receive it."""
        pids = self._control.pids()
        if pids:
            self._root = pids[0]
            self._control.terminate()

    async def disarm(self) -> None:
        """Nothing is left to undo."""

    def witness(self) -> dict[str, Any]:
        """The process that was told to stop; empty where none was alive."""
        return {"signalled": self._root, "signal": "SIGTERM"} if self._root else {}


def _processes(pids: list[int]) -> list[psutil.Process]:
    found = []
    for pid in pids:
        try:
            found.append(psutil.Process(pid))
        except psutil.NoSuchProcess:
            continue
    return found


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _stopped(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False

"""Children that the gate starts, found again by a mark in their environment, and ended as whole trees."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from readiness.faults.resources import preexec

MARK = "READINESS_RUN"


class Child:
    """A command as a process group of its own; its output goes to a log file."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        directory: str | None = None,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.log = log
        with log.open("ab") as sink:
            self._process = subprocess.Popen(  # noqa: PLW1509 - the hook only calls setrlimit
                list(command), env=dict(environment), cwd=directory, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
                start_new_session=True, preexec_fn=preexec(limits) if limits else None,
            )  # fmt: skip
        self.pid = self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status (negative: the signal), None while it lives."""
        return self._process.poll()

    def pids(self) -> list[int]:
        """Return the live process tree, the root first."""
        return [process.pid for process in self._tree()]

    def _tree(self) -> list[psutil.Process]:
        try:
            root = psutil.Process(self.pid)
            tree = [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []
        return [process for process in tree if _alive(process)]

    def _signal(self, number: signal.Signals) -> None:
        for process in self._tree():
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue

    def kill(self) -> None:
        """SIGKILL the whole tree."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """SIGSTOP the whole tree."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT the whole tree."""
        self._signal(signal.SIGCONT)

    def terminate(self) -> None:
        """SIGTERM to the root process, as a supervisor would."""
        if self.status is None:
            self._process.terminate()

    async def wait(self, timeout: float) -> int | None:
        """Return the exit status, or None when it still lives after ``timeout`` seconds."""
        end = time.monotonic() + timeout
        while self.status is None and time.monotonic() < end:
            await asyncio.sleep(0.02)
        return self.status

    async def end(self, grace: float) -> None:
        """SIGTERM, wait for ``grace`` seconds, then SIGKILL what is left of the tree."""
        left = self._tree()
        self.terminate()
        await self.wait(grace)
        for process in left:
            if _alive(process):
                process.kill()
        await self.wait(5.0)

    def output(self) -> str:
        """Return all that it has written."""
        return self.log.read_text(errors="backslashreplace")


def marked(run: str, exclude: Iterable[int] = ()) -> list[psutil.Process]:
    """Return the live processes whose mark is ``run`` or one of its parts (``run.part``)."""
    found, skip = [], {os.getpid(), *exclude}
    for process in psutil.process_iter():
        try:
            mark = process.environ().get(MARK, "") if process.pid not in skip else ""
        except (psutil.Error, OSError):
            continue
        if (mark == run or mark.startswith(f"{run}.")) and _alive(process):
            found.append(process)
    return found


def end_marked(run: str, exclude: Iterable[int] = (), *, seconds: float = 5.0) -> list[int]:
    """SIGKILL every process of a run (stopped ones, too) until none is left; return their ids."""
    ended: list[int] = []
    limit = time.monotonic() + seconds
    while (left := marked(run, exclude)) and time.monotonic() < limit:
        for process in left:
            try:
                process.kill()
                ended.append(process.pid)
            except psutil.Error:
                continue
        psutil.wait_procs(left, timeout=0.2)
    return ended


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False

"""Children that leave nothing behind: in sessions of their own, marked in their environment, found when orphaned.

Some programs overwrite the memory in which their environment stood (PostgreSQL and Redis do, to show a title in process
lists), and the mark with it. So a child's root is also written down beside its log file, its session counts as a mark,
and whoever descends from a marked process counts, too.
"""

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from readiness.errors import TargetError
from readiness.faults.resources import preexec

RUN_VARIABLE = "READINESS_RUN"
CHILD_VARIABLE = "READINESS_CHILD"
WATCHDOG_VARIABLE = "READINESS_WATCHDOG"
"""Carried by a watchdog: nobody ends it but its own gate, also where a gate is the target of another gate."""
PID_SUFFIX = ".pid"
POLL_SECONDS = 0.02
END_SECONDS = 5.0
REAP_SECONDS = 0.5
ROUNDS = 50
"""So often at most is it looked for processes that were started meanwhile."""
CLEAN_LOOKS = 2
"""A process has no environment to be read for a moment while it turns into another program: one look may miss it."""
SAME_START_SECONDS = 2.0
"""The start time of a process is derived from the wall clock and may wander with it."""

Leader = tuple[int, float]
"""The pid and the start time of a process that leads a session; alone, a pid may be another's by now."""


class Child:
    """A started command with everything that descends from it; standard output and error are appended to ``log``."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        run_id: str,
        log: Path,
        environment: Mapping[str, str],
        directory: str | Path | None = None,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.log = log
        self._token = secrets.token_hex(8)
        marks = {RUN_VARIABLE: run_id, CHILD_VARIABLE: self._token}
        try:
            with log.open("ab") as output:
                self._popen = subprocess.Popen(
                    list(command),
                    env={**environment, **marks},
                    cwd=directory,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=preexec(limits) if limits else None,
                )
        except OSError as error:
            raise TargetError(f"{command[0]!r} cannot be started: {error}") from error
        self._leader = self._record()

    @property
    def pid(self) -> int:
        """The root process; also its session and its group."""
        return self._popen.pid

    @property
    def exit_status(self) -> int | None:
        """None while the root lives; minus the signal's number when a signal ended it."""
        return self._popen.poll()

    def pids(self) -> list[int]:
        """Return all that live, the root first."""
        return [process.pid for process in self._processes()]

    def kill(self) -> None:
        """SIGKILL all, also what they start meanwhile, and reap the root."""
        self._signal_all(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(REAP_SECONDS)

    def pause(self) -> None:
        """SIGSTOP all, also what they start meanwhile."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT all."""
        self._signal_all(signal.SIGCONT)

    def terminate(self) -> None:
        """SIGTERM to the root only: it has to look after its own."""
        if self.exit_status is None:
            self._popen.terminate()

    async def wait(self, timeout: float) -> int | None:
        """Return the root's exit status, or None when it still lives after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while (status := self.exit_status) is None and time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
        return status

    def close(self) -> None:
        """End all, reap the root and forget it; a second call changes nothing."""
        self._signal_all(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(END_SECONDS)
        self._pid_file.unlink(missing_ok=True)

    def logs(self) -> str:
        """Return what was written to the log file; undecodable bytes are shown as such."""
        return self.log.read_text("utf-8", "backslashreplace")

    @property
    def _pid_file(self) -> Path:
        return self.log.with_name(self.log.name + PID_SUFFIX)

    def _record(self) -> Leader:
        """Write down the root for a watchdog; it exists at least as a zombie as long as we have not reaped it."""
        leader = (self.pid, psutil.Process(self.pid).create_time())
        self._pid_file.write_text(f"{leader[0]} {leader[1]!r}\n", "ascii")
        return leader

    def _processes(self) -> list[psutil.Process]:
        self._popen.poll()  # reaps the root
        sessions = _sessions([self._leader])
        found = _families(_living(), lambda p: _session(p) in sessions or _mark(p, CHILD_VARIABLE) == self._token)
        return sorted(found, key=lambda process: process.pid != self.pid)

    def _signal_all(self, number: signal.Signals) -> None:
        _signal_until_none_is_new(number, self._processes)


def marked(run_id: str, exclude: Collection[int] = ()) -> list[int]:
    """Return every live process whose environment says that it belongs to the run; never the one that asks."""
    skip = {os.getpid(), *exclude}
    return [process.pid for process in _living() if process.pid not in skip and _belongs_to(process, run_id)]


def end_marked(run_id: str, exclude: Collection[int] = (), folder: Path | None = None) -> list[int]:
    """End all that belong to the run, their descendants, and what is written down in ``folder``; return the pids.

    Returns as soon as none is left, at the latest after 5 seconds. SIGKILL comes before SIGCONT: who is woken must not
    do one more thing. The process that asks is never ended.
    """
    leaders = _recorded(folder) if folder else []
    skip = {os.getpid(), *exclude}

    def left() -> list[psutil.Process]:
        sessions = _sessions(leaders)
        found = _families(_living(), lambda p: _session(p) in sessions or _belongs_to(p, run_id))
        return [process for process in found if process.pid not in skip]

    ended: set[int] = set()
    clean = 0
    deadline = time.monotonic() + END_SECONDS
    while clean < CLEAN_LOOKS and time.monotonic() < deadline:
        remaining = left()
        clean = 0 if remaining else clean + 1
        ended.update(process.pid for process in remaining)
        _signal_until_none_is_new(signal.SIGKILL, left)
        for process in remaining:
            _send(process, signal.SIGCONT)
        time.sleep(POLL_SECONDS)
    return sorted(ended)


def _living() -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if is_living(process)]


def is_living(process: psutil.Process) -> bool:
    """Whether it runs, sleeps or is stopped; a zombie is gone, and so is a successor with the same pid."""
    try:
        return process.is_running() and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


def _families(processes: Iterable[psutil.Process], belongs: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    """Return those that belong and their descendants, without watchdogs and theirs."""
    parents: dict[psutil.Process, int] = {}
    for process in processes:
        with contextlib.suppress(psutil.Error):
            parents[process] = process.ppid()
    chosen = {process.pid: process for process in parents if belongs(process)}
    grown = True
    while grown:
        new = {
            p.pid: p
            for p, parent in parents.items()
            if parent in chosen and p.pid not in chosen and not _is_watchdog(p)
        }
        chosen |= new
        grown = bool(new)
    return list(chosen.values())


def _mark(process: psutil.Process, variable: str) -> str:
    try:
        return process.environ().get(variable, "")
    except (psutil.Error, OSError):
        return ""


def _belongs_to(process: psutil.Process, run_id: str) -> bool:
    """Whether it is marked with the run or with a part of it (``run.part``)."""
    mark = _mark(process, RUN_VARIABLE)
    return mark == run_id or mark.startswith(f"{run_id}.")


def _is_watchdog(process: psutil.Process) -> bool:
    return bool(_mark(process, WATCHDOG_VARIABLE))


def _session(process: psutil.Process) -> int:
    try:
        return os.getsid(process.pid)
    except OSError:
        return 0


def _sessions(leaders: Iterable[Leader]) -> set[int]:
    """Return the sessions that are still the leaders'; one outlives its leader, but not a new owner of the pid."""
    found = set()
    for pid, started in leaders:
        try:
            ours = abs(psutil.Process(pid).create_time() - started) <= SAME_START_SECONDS
        except psutil.Error:
            ours = True
        if ours:
            found.add(pid)
    return found


def _recorded(folder: Path) -> list[Leader]:
    found = []
    for file in folder.rglob(f"*{PID_SUFFIX}"):
        with contextlib.suppress(OSError, ValueError):  # other programs write files with this name, too
            pid, started = file.read_text("ascii").split()
            found.append((int(pid), float(started)))
    return found


def _signal_until_none_is_new(number: signal.Signals, find: Callable[[], list[psutil.Process]]) -> None:
    """Send a signal to all, and to those that appeared meanwhile; who is killed or stopped starts nobody any more."""
    reached: set[psutil.Process] = set()
    for _ in range(ROUNDS):
        new = [process for process in find() if process not in reached]
        for process in new:
            _send(process, number)
        if not new:
            return
        reached.update(new)


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)

"""System calls of the target, watched and met with a kill through ``strace``, where the system lets us trace it.

What a SIGKILL cannot show, the order of calls does: the page cache outlives a process that never asked for its writes
to reach the disk, but not a power cut. So the trace says whether a sync ended between a request and its answer.
"""

import asyncio
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from readiness.errors import FaultUnavailableError, UsageError
from readiness.faults.children import RUN_VARIABLE, Child, is_living
from readiness.faults.process import living_of
from readiness.targeting import ProcessControl

WRITES = ("write", "writev", "pwrite64", "pwritev", "pwritev2")
SYNCS = ("fsync", "fdatasync", "msync", "sync_file_range")
SENDS = ("sendto", "sendmsg", "write", "writev")
RECEIVES = ("recvfrom", "recvmsg", "read", "readv")
CHANGES = (*WRITES, "fsync", "fdatasync", "rename", "unlink", "ftruncate")
"""Calls after which the files of a program are not what they were: its crash points."""
ORDER = tuple(dict.fromkeys((*WRITES, *SYNCS, *SENDS, *RECEIVES)))
"""What `acknowledgements` reads."""
SHOWN_BYTES = 24
MOST_CALLS = 65535
ATTACH_SECONDS = 10.0
LOOK_SECONDS = 0.02
STARTED = re.compile(r"^(\d+) +[\d.]+ (\w+)\((.*)$")
RESUMED = re.compile(r"^(\d+) +[\d.]+ <\.\.\. (\w+) resumed>(.*)$")
WORKED = re.compile(r"\) += (?:0x)?[0-9a-f]+")
METHOD = re.compile(r'"(?:POST|PUT|PATCH|DELETE) /')
ANSWER = re.compile(r'"HTTP/1\.[01] 2\d\d')
LOG_FILE = re.compile(r"^\d+<[^>]*(?:\.log\b|/logs?/)[^>]*>")
REGULAR_FILE = re.compile(r"^\d+</(?!dev/|proc/|sys/)[^>]*>")


@dataclass(frozen=True)
class Acknowledgement:
    """A write that was answered well, and what the program did for it before it answered."""

    wrote: bool
    """It wrote to a file of its own since the request came."""
    synced: bool
    """A sync has ended since the request came."""


class Tracer:
    """``strace`` on a running process tree; ended with the run like every child of ours, and by the watchdog."""

    def __init__(self, control: ProcessControl, folder: Path) -> None:
        self._control = control
        self._output, self._log = folder / "calls.trace", folder / "strace.log"
        self._child: Child | None = None

    async def start(self, calls: Sequence[str] = ORDER, *options: str) -> None:
        """Attach; FaultUnavailableError where there is no strace or the system forbids it."""
        program = shutil.which("strace")
        if program is None:
            raise FaultUnavailableError("no program `strace` is installed, so no system call can be seen")
        self._output.unlink(missing_ok=True)
        self._log.unlink(missing_ok=True)
        pids = [word for pid in self._control.pids() for word in ("-p", str(pid))]
        shape = ("-f", "-ttt", "-y", "-s", str(SHOWN_BYTES), "-o", str(self._output))
        command = [program, *shape, "-e", f"trace={','.join(calls)}", *options, *pids]
        run = os.environ.get(RUN_VARIABLE, "")
        self._child = Child(command, run_id=run, log=self._log, environment={**os.environ, "LC_ALL": "C"})
        for _ in range(int(ATTACH_SECONDS / LOOK_SECONDS)):
            if self._child.exit_status is not None or "attached" in self._child.logs():
                break
            await asyncio.sleep(LOOK_SECONDS)
        if self._child.exit_status is not None or "attached" not in self._child.logs():
            said = self._child.logs().strip()[-300:]
            await self.stop()
            raise FaultUnavailableError(f"strace cannot trace the target: {said or 'it did not attach'}")

    async def stop(self) -> None:
        """Detach, so that the target goes on; a second call changes nothing."""
        if self._child is not None:
            self._child.terminate()  # it detaches in good order, and resumes whom it holds
            await self._child.wait(ATTACH_SECONDS)
            self._child.close()
            self._child = None

    def lines(self) -> list[str]:
        """What was seen so far."""
        return self._output.read_text("utf-8", "replace").splitlines() if self._output.is_file() else []


class KilledAtCall:
    """SIGKILL when one of the target's threads enters its ``number``-th call that changes files: a crash point.

    With ``files`` only calls on these count. Nothing happens until it gets there; ``struck`` waits for it.
    """

    def __init__(
        self,
        control: ProcessControl,
        folder: Path,
        *,
        number: int = 1,
        calls: Sequence[str] = CHANGES,
        files: Sequence[str] = (),
    ) -> None:
        if not 1 <= number <= MOST_CALLS:
            raise UsageError(f"number is {number}; right would be from 1 to {MOST_CALLS}, as strace can count")
        self.name = f"killed_at_call_{number}"
        self._tracer = Tracer(control, folder)
        self._control, self._number = control, number
        self._calls = tuple(calls)
        self._options = [
            "-e", f"inject={','.join(calls)}:signal=KILL:when={number}", *(word for file in files for word in ("-P", file))
        ]  # fmt: skip
        self._before: list[psutil.Process] = []
        self._armed = False
        self._at: list[str] = []

    async def arm(self) -> None:
        """Attach; FaultUnavailableError where that is not possible."""
        if not self._armed:
            self._at, self._before = [], living_of(self._control.pids())
            await self._tracer.start(self._calls, *self._options)
            self._armed = True

    async def struck(self, seconds: float) -> bool:
        """Wait until one of its processes is gone; whether that was within ``seconds``."""
        end = asyncio.get_running_loop().time() + seconds
        while not self._gone() and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(LOOK_SECONDS)
        return bool(self._gone())

    async def disarm(self) -> None:
        """Detach from whoever lives."""
        if self._armed:
            gone = self._gone()
            await self._tracer.stop()
            self._armed = False
            self._at = last_calls(self._tracer.lines(), gone)

    def witness(self) -> dict[str, Any]:
        """The call that each killed thread did not return from, once disarmed; while armed, who is gone."""
        if self._armed:
            return {"killed": gone} if (gone := self._gone()) else {}
        return {"killed_at": self._at, "number": self._number} if self._at else {}

    def _gone(self) -> list[int]:
        return [process.pid for process in self._before if not is_living(process)]


def last_calls(lines: Sequence[str], gone: Sequence[int]) -> list[str]:
    """Return the calls that never returned in a trace in which somebody was killed, without their arguments."""
    if not gone or not any("+++ killed by SIGKILL +++" in line for line in lines):
        return []
    open_calls: dict[str, str] = {}
    for line in lines:
        if found := STARTED.match(line) or RESUMED.match(line):
            pid, call, rest = found.groups()
            open_calls[pid] = call
            if not rest.rstrip().endswith(("= ?", "<unfinished ...>")):
                del open_calls[pid]
    return sorted(set(open_calls.values()))


def acknowledgements(lines: Sequence[str]) -> list[Acknowledgement]:
    """Read a trace of one writer who waits for each answer: what happened between each request and its good answer.

    A request is data that begins with a method that writes, an answer begins with a status from 200 to 299, as HTTP/1
    shows them on the wire. A call counts when it has ended, in whichever thread. What is sent and received is ordered
    by when the call began, for an answer is on its way before the call that sends it ends.
    """
    found: list[Acknowledgement] = []
    open_calls: dict[str, str] = {}
    asked = wrote = synced = False
    for line in lines:
        begun, resumed = STARTED.match(line), RESUMED.match(line)
        if begun:
            pid, call, rest = begun.groups()
            if call in SENDS and asked and ANSWER.search(rest):
                found.append(Acknowledgement(wrote, synced))
                asked = False
            open_calls[pid] = rest
        elif resumed:
            pid, call, ended = resumed.groups()
            rest = open_calls.pop(pid, "") + ended
        else:
            continue
        if rest.endswith("<unfinished ...>"):
            continue
        if call in RECEIVES and METHOD.search(rest):
            asked, wrote, synced = True, False, False
        elif WORKED.search(rest):
            wrote = wrote or (call in WRITES and bool(REGULAR_FILE.match(rest)) and not _is_log(rest))
            synced = synced or call in SYNCS
    return found


def stored(lines: Sequence[str]) -> list[str]:
    """Return the files that a trace shows being written or synced, logs and what belongs to the gate left out."""
    found = (STARTED.match(line) for line in lines)
    named = (REGULAR_FILE.match(one[3]) for one in found if one and one[2] in (*WRITES, *SYNCS) and not _is_log(one[3]))
    return sorted({one[0].partition("<")[2].rstrip(">") for one in named if one})


def _is_log(arguments: str) -> bool:
    return arguments.startswith(("1<", "2<")) or bool(LOG_FILE.match(arguments))

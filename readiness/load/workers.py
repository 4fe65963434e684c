"""A load by several processes of this machine, for more than one core can send. Who dies is noticed, and what is missing is said.

Each worker sends its part (see parts) from a common instant of the clock that all processes of a machine share, and keeps its
samples in a spool of its own; what came of them is added up (see merging).
"""

import asyncio
import contextlib
import math
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TypeVar

from readiness.errors import UsageError
from readiness.load.frames import receive, send
from readiness.load.merging import salvaged
from readiness.load.parts import measure, parts_of, shares_of
from readiness.load.ramp import Part
from readiness.load.session import Load
from readiness.load.team import Notice, Pulse, SharedResult, Show, WorkerResult, shared_result, watch
from readiness.load.worker_process import Alive, Begin, Defect, Done, Ready, Task

LEAD = 0.1
"""Seconds from the order to begin until the common instant."""
START_SECONDS = 30.0
END_SECONDS = 5.0
"""Seconds beyond everything that the load itself may take until a worker without a result counts as lost."""
PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from readiness.load.worker_process import main; main(sys.argv[1:])"
ROOT = str(Path(__file__).parents[2])

Message = TypeVar("Message", Ready, Done)


async def run_workers(
    load: Load,
    workers: int,
    folder: Path,
    *,
    stop: asyncio.Event | None = None,
    notice: Notice | None = None,
    show: Show | None = None,
) -> SharedResult:
    """Run a load by ``workers`` processes, fewer where there are not enough users for each to have one.

    ``folder`` takes their spools; ``stop`` ends the load early; ``notice`` is told at once of a worker that died or fell
    silent; ``show`` gets the last moment every second. UsageError where the journey raised.
    """
    parts = parts_of(load, workers)
    team = [
        LoadWorker(f"worker {place + 1} of {len(parts)}", part, share, folder / f"worker-{place + 1}.spool", notice)
        for place, (part, share) in enumerate(zip(parts, shares_of(parts), strict=True))
    ]
    watching = asyncio.ensure_future(watch([worker.pulse for worker in team], show))
    try:
        await asyncio.gather(*(worker.start((place, len(parts))) for place, worker in enumerate(team)))
        begin = monotonic() + LEAD
        await _all_through(team, begin, stop)
    finally:
        watching.cancel()
        await asyncio.gather(*(worker.close() for worker in team))
    return replace(shared_result([worker.outcome() for worker in team], notice), begin=begin)


async def _all_through(team: Sequence["LoadWorker"], begin: float, stop: asyncio.Event | None) -> None:
    """Follow every worker to its end; the first defect of a journey ends all, and ``stop`` asks all to end."""
    stopping: asyncio.Task[None] | None = None
    try:
        async with asyncio.TaskGroup() as group:
            for worker in team:
                group.create_task(worker.follow(begin))
            await asyncio.sleep(0)  # by now each has been told to begin: an order to stop comes after that
            stopping = asyncio.ensure_future(_stop_all(team, stop)) if stop else None
    except* UsageError as defects:
        raise defects.exceptions[0] from None
    finally:
        if stopping is not None:
            stopping.cancel()


async def _stop_all(team: Sequence["LoadWorker"], stop: asyncio.Event) -> None:
    await stop.wait()
    for worker in team:
        worker.stop()


class LoadWorker:
    """One process and what is known of it."""

    def __init__(self, name: str, load: Load, share: float, spool: Path, notice: Notice | None) -> None:
        self.name, self.share, self.spool = name, share, spool
        self.pulse = Pulse(name, share, notice)
        self.lost = ""
        self._load = load
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._done: Done | None = None
        self._begin = math.inf

    async def start(self, part: Part) -> None:
        """Start the process and give it its task; return when it is ready, or lost."""
        self.spool.unlink(missing_ok=True)  # one of an earlier load is not what this one measured
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", PROGRAM, ROOT, str(theirs.fileno()), *map(str, part),
                stdin=asyncio.subprocess.DEVNULL, stdout=2, pass_fds=(theirs.fileno(),), start_new_session=True,
            )  # fmt: skip
        self._reader, self._writer = await asyncio.open_connection(sock=ours)
        send(self._writer, Task(self._load, part, self.spool))
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._next(Ready)
        except TimeoutError:
            self._lose(f"was not ready within {START_SECONDS:g} s")
        except EOFError:
            self._lose(await self._how_it_ended())

    async def follow(self, begin: float) -> None:
        """Let it begin at an instant, and stay with it until it is through, or lost."""
        if self.lost:
            return
        assert self._writer is not None
        self._begin = self.pulse.heard = begin
        send(self._writer, Begin(begin))
        most = measure(self._load.executor).seconds + self._load.timeout + END_SECONDS
        try:
            async with asyncio.timeout(begin - monotonic() + most):
                self._done = await self._next(Done)
            self.pulse.end()
        except TimeoutError:
            last = self.pulse.heard - begin
            self._lose(f"gave no result within {most:g} s and was last heard {last:.1f} s after the begin")
        except EOFError:
            self._lose(await self._how_it_ended())

    async def _next(self, kind: type[Message]) -> Message:
        """Return the next message of a kind; signs of life before it are noted."""
        while True:
            message = await receive(self._reader)
            if isinstance(message, kind):
                return message
            if isinstance(message, Defect):
                raise UsageError(f"{self.name}: the journey raised {message.text}")
            if isinstance(message, Alive):
                self.pulse.beat(message.glimpse)

    def stop(self) -> None:
        """Ask it to end now."""
        if self._writer is not None and not self._done and not self.lost:
            send(self._writer, "stop")

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._writer is not None:
            self._writer.close()  # a worker whose other end is gone ends by itself
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()
        if self._process is None:
            return
        try:
            async with asyncio.timeout(END_SECONDS if self._done else 0):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def outcome(self) -> WorkerResult:
        """Return what came of it."""
        if self._done is not None:
            return WorkerResult(
                self.name, self.share, self._done.result, self.spool, self._done.began, silent=self.pulse.longest,
                effort=self._done.effort,
            )  # fmt: skip
        kept = salvaged(self.spool)
        said = f"{self.lost}; {kept.calls} of its calls had been recorded and are counted"
        return WorkerResult(self.name, self.share, kept, self.spool, lost=said, silent=self.pulse.longest)

    def _lose(self, how: str) -> None:
        self.lost = self.pulse.lose(how)

    async def _how_it_ended(self) -> str:
        assert self._process is not None
        try:
            async with asyncio.timeout(END_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            return "hung up without ending"
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        after = monotonic() - self._begin
        return f"{how} {after:.1f} s after the begin" if after > 0 else f"{how} before the begin"

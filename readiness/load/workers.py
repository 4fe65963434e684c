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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TypeVar

from readiness.errors import UsageError
from readiness.load.frames import receive, send
from readiness.load.live import Glimpse
from readiness.load.merging import merged, salvaged
from readiness.load.parts import measure, parts_of, shares_of
from readiness.load.ramp import Part
from readiness.load.session import Load, LoadResult
from readiness.load.worker_process import Alive, Begin, Defect, Done, Ready, Task

LEAD = 0.1
"""Seconds from the order to begin until the common instant."""
SILENT = 1.0
"""Seconds without a sign of life that are worth a word; a worker gives one five times as often."""
START_SECONDS = 30.0
END_SECONDS = 5.0
"""Seconds beyond everything that the load itself may take until a worker without a result counts as lost."""
LOOK = 0.1
PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from readiness.load.worker_process import main; main(sys.argv[1:])"
ROOT = str(Path(__file__).parents[2])

Message = TypeVar("Message", Ready, Done)
Notice = Callable[[str], None]
Show = Callable[[Glimpse], None]


@dataclass(frozen=True)
class WorkerResult:
    """What came of one worker's part."""

    name: str
    share: float
    """Of the whole load, 0 to 1."""
    result: LoadResult
    spool: Path
    began: float = 0.0
    """Seconds after the common instant at which it really began."""
    lost: str = ""
    """Why its part is not whole; "" where it is."""
    silent: float = 0.0
    """Longest time without a sign of life, in seconds."""
    uncertainty: float = 0.0
    """By how many seconds its clock may differ from the common one; 0 on one machine."""


@dataclass(frozen=True)
class SharedResult:
    """What came of a load that several workers shared."""

    result: LoadResult
    workers: tuple[WorkerResult, ...]

    @property
    def missing_share(self) -> float:
        """Share of the load, 0 to 1, whose workers did not reach their end."""
        return sum(worker.share for worker in self.workers if worker.lost)

    @property
    def skew(self) -> float:
        """Seconds between the first worker's begin and the last one's, as far as the clocks can tell."""
        began = [worker.began for worker in self.workers if not worker.lost]
        return max(began) - min(began) if began else 0.0


def shared_result(workers: Sequence[WorkerResult]) -> SharedResult:
    """Add up what came of all workers."""
    incomplete = tuple(worker.lost for worker in workers if worker.lost)
    return SharedResult(merged([worker.result for worker in workers], incomplete), tuple(workers))


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
        _Worker(f"worker {place + 1} of {len(parts)}", part, share, folder / f"worker-{place + 1}.spool", notice)
        for place, (part, share) in enumerate(zip(parts, shares_of(parts), strict=True))
    ]
    watching = asyncio.ensure_future(_watch(team, show))
    try:
        await asyncio.gather(*(worker.start((place, len(parts))) for place, worker in enumerate(team)))
        await _all_through(team, monotonic() + LEAD, stop)
    finally:
        watching.cancel()
        await asyncio.gather(*(worker.close() for worker in team))
    return shared_result([worker.outcome() for worker in team])


async def _all_through(team: Sequence["_Worker"], begin: float, stop: asyncio.Event | None) -> None:
    """Follow every worker to its end; the first defect of a journey ends all, and ``stop`` asks all to end."""
    stopping = asyncio.ensure_future(_stop_all(team, stop)) if stop else None
    try:
        async with asyncio.TaskGroup() as group:
            for worker in team:
                group.create_task(worker.follow(begin))
    except* UsageError as defects:
        raise defects.exceptions[0] from None
    finally:
        if stopping is not None:
            stopping.cancel()


async def _stop_all(team: Sequence["_Worker"], stop: asyncio.Event) -> None:
    await stop.wait()
    for worker in team:
        worker.stop()


async def _watch(team: Sequence["_Worker"], show: Show | None) -> None:
    """Look for silence, and show how it goes once a second."""
    shown = monotonic()
    while True:
        await asyncio.sleep(LOOK)
        for worker in team:
            worker.look()
        if show is not None and monotonic() - shown >= 1.0:
            shown = monotonic()
            if glimpses := [worker.glimpse for worker in team if worker.glimpse and not worker.lost]:
                show(together(glimpses))


def together(glimpses: Sequence[Glimpse]) -> Glimpse:
    """Return the last moment of all workers: rates and failures are sums, percentiles those of the slowest worker."""

    def slowest(values: list[float]) -> float:
        return max((value for value in values if not math.isnan(value)), default=math.nan)

    return Glimpse(
        seconds=max(glimpse.seconds for glimpse in glimpses),
        rate=sum(glimpse.rate for glimpse in glimpses),
        p50=slowest([glimpse.p50 for glimpse in glimpses]),
        p95=slowest([glimpse.p95 for glimpse in glimpses]),
        p99=slowest([glimpse.p99 for glimpse in glimpses]),
        failed=sum(glimpse.failed for glimpse in glimpses),
    )


class _Worker:
    """One process and what is known of it."""

    def __init__(self, name: str, load: Load, share: float, spool: Path, notice: Notice | None) -> None:
        self.name, self.share, self.spool = name, share, spool
        self.lost = ""
        self.glimpse: Glimpse | None = None
        self._load, self._notice = load, notice
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._done: Done | None = None
        self._begin = math.inf
        self._heard, self._silent, self._said = math.inf, 0.0, False

    async def start(self, part: Part) -> None:
        """Start the process and give it its task; return when it is ready, or lost."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", PROGRAM, ROOT, str(theirs.fileno()),
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
        self._begin = self._heard = begin
        send(self._writer, Begin(begin))
        most = measure(self._load.executor).seconds + self._load.timeout + END_SECONDS
        try:
            async with asyncio.timeout(begin - monotonic() + most):
                self._done = await self._next(Done)
        except TimeoutError:
            self._lose(
                f"gave no result within {most:g} s and was last heard {self._heard - begin:.1f} s after the begin"
            )
        except EOFError:
            self._lose(await self._how_it_ended())

    async def _next(self, kind: type[Message]) -> Message:
        """Return the next message of a kind; signs of life before it are noted."""
        while True:
            message = await receive(self._reader)
            self._note_silence()
            self._heard, self._said = monotonic(), False
            if isinstance(message, kind):
                return message
            if isinstance(message, Defect):
                raise UsageError(f"{self.name}: the journey raised {message.text}")
            if isinstance(message, Alive):
                self.glimpse = message.glimpse

    def look(self) -> None:
        """Say once when it has been silent for too long: until it is heard again, nobody knows whether it sends its part."""
        if self._done or self.lost or self._said or monotonic() - self._heard < SILENT:
            return
        self._said = True
        self._note_silence()
        self._tell(f"{self.name} ({self.share:.0%} of the load) gives no sign of life")

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
                self.name, self.share, self._done.result, self.spool, self._done.began, silent=self._silent
            )
        kept = salvaged(self.spool)
        said = f"{self.lost}; {kept.calls} of its calls had been recorded and are counted"
        return WorkerResult(self.name, self.share, kept, self.spool, lost=said, silent=self._silent)

    def _lose(self, how: str) -> None:
        self.lost = f"{self.name} {how}: {self.share:.0%} of the load is missing from then on"
        self._tell(self.lost)

    async def _how_it_ended(self) -> str:
        assert self._process is not None
        code = await self._process.wait()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        after = monotonic() - self._begin
        return f"{how} {after:.1f} s after the begin" if after > 0 else f"{how} before the begin"

    def _note_silence(self) -> None:
        self._silent = max(self._silent, monotonic() - self._heard)

    def _tell(self, text: str) -> None:
        if self._notice is not None:
            self._notice(text)

"""One load from begin to end: users with clients, an executor, the log, and what came of it."""

import asyncio
import resource
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any

from readiness.load.client import DEFAULTS, ClientOptions, HttpClient
from readiness.load.crew import Iteration
from readiness.load.executor import Executor
from readiness.load.live import Glimpse, Live
from readiness.load.origin import Origin
from readiness.load.pace import Pace
from readiness.load.user import Journey, Stage, User
from readiness.load.watch import Watch
from readiness.measure.histogram import Histogram
from readiness.measure.sample_log import Kind, SampleLog

PERCENTS = (50.0, 90.0, 95.0, 99.0, 99.9)


@dataclass(frozen=True)
class Load:
    """What to do. ``timeout`` in seconds for each call; ``client.connections`` above 0: all users share that many."""

    origin: Origin
    executor: Executor
    journey: Journey
    client: ClientOptions = DEFAULTS
    timeout: float = 10.0
    seed: int = 7
    phase: str = "load"

    def __post_init__(self) -> None:
        if self.client.cookies and self.client.connections:
            raise ValueError("cookies and connections: users who share connections would share one user's cookies")


@dataclass(frozen=True)
class LoadResult:
    """What came of it. Latencies in seconds, from the intended start, of verified answers only."""

    pace: Pace | None
    """None where the load was interrupted."""
    seconds: float
    """From the begin until the last call was through."""
    counts: dict[Kind, int]
    operations: dict[str, Histogram]
    connects: int
    stale: int
    unasked: int
    memory: int
    """Peak of this process, in bytes."""
    cpu: float
    """Share of one core that this process used."""
    incomplete: tuple[str, ...] = ()
    """Why less load was sent than was asked for, where processes or machines shared it; empty where all of it was."""
    cut: int = 0
    """Calls that were given up under way: they are in no count and no latency."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """Why this is less than was asked for, whoever sent it; empty where it is all of it."""
        said, pace = list(self.incomplete), self.pace
        if pace and pace.not_started:
            said.append(f"of {pace.asked:,} iterations that were asked for, {pace.not_started:,} never began")
        if pace and pace.cut and self.cut:
            said.append(f"{self.cut:,} calls were cut off under way, and are in no figure")
        return tuple(said)

    @cached_property
    def latencies(self) -> Histogram:
        """Of all operations together."""
        return sum(self.operations.values(), start=Histogram())

    @property
    def calls(self) -> int:
        """Calls that ended, well or not."""
        return sum(self.counts.values())

    @property
    def failed(self) -> int:
        """Calls that were not verified as successful."""
        return sum(count for kind, count in self.counts.items() if kind.error)

    @property
    def errors(self) -> dict[str, int]:
        """Failed calls by kind of failure, the most frequent first."""
        counts: dict[str, int] = {}
        for kind, count in self.counts.items():
            if kind.error:
                counts[kind.error] = counts.get(kind.error, 0) + count
        return dict(sorted(counts.items(), key=lambda item: -item[1]))

    @property
    def error_share(self) -> float:
        """Failed calls / calls; NaN without any."""
        return self.failed / self.calls if self.calls else float("nan")

    @property
    def rate(self) -> float:
        """Verified calls per second."""
        return (self.calls - self.failed) / self.seconds if self.seconds else 0.0

    @property
    def mean(self) -> float:
        """Mean latency; NaN without verified answers."""
        return self.latencies.mean

    @property
    def largest(self) -> float:
        """Largest latency; NaN without verified answers."""
        return self.latencies.largest

    def latency(self, percent: float) -> float:
        """A percentile of latency; NaN without verified answers."""
        return self.latencies.percentile(percent)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; null where nothing was measured."""
        return {
            "seconds": self.seconds,
            "incomplete": list(self.lacking),
            "calls": self.calls,
            "failed": self.failed,
            "errors": self.errors,
            "cut_off": self.cut,
            "rate": self.rate,
            "latency_seconds": _latencies(self.latencies),
            "operations": {name: _latencies(found) for name, found in self.operations.items()},
            "statuses": self._statuses(),
            "connections": {"opened": self.connects, "stale": self.stale, "unasked": self.unasked},
            "generator": {
                "cpu": self.cpu, "memory_bytes": self.memory, "pace": self.pace and self.pace.to_json(),
            },
        }  # fmt: skip

    def _statuses(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for kind, count in self.counts.items():
            counts[str(kind.status)] = counts.get(str(kind.status), 0) + count
        return dict(sorted(counts.items()))


@dataclass
class Session:
    """A load that runs: ``run`` it once, ``show`` is called every ``every`` seconds meanwhile."""

    load: Load
    spool: Path
    show: Callable[[Glimpse], None] | None = None
    every: float = 1.0
    begin: float = 0.0
    """When seconds begin to count (``time.monotonic``), where several processes begin together; 0: when it runs."""
    _clients: list[HttpClient] = field(default_factory=list)

    async def reach(self) -> str:
        """Open one connection; return the kind of failure, "" where it came about."""
        client = self._client()
        error = await client.reach(self.load.timeout)
        if not error and self.load.client.connections == 0:
            await client.close()
        return error

    async def run(self, stop: asyncio.Event) -> LoadResult:
        """Run it to its end, or until ``stop`` is set."""
        load, live = self.load, Live()
        log = SampleLog(self.spool, live, withdraw=live.withdraw)
        live.watch(log)
        begin, cpu = self.begin or monotonic(), _cpu_seconds()
        stage = Stage(log, begin=begin, phase=load.phase, timeout=load.timeout, seed=load.seed)
        work = asyncio.ensure_future(load.executor.run(self._enlisting(stage)))
        shown = asyncio.ensure_future(self._showing(live))
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (work, shown, stopped):
                if not task.done():
                    task.cancel()
            await asyncio.gather(work, shown, stopped, return_exceptions=True)
        seconds = max(0.0, monotonic() - begin)  # stopped before it began
        used = (_cpu_seconds() - cpu) / seconds if seconds else 0.0
        pace = None if work.cancelled() else work.result()
        for client in self._clients:
            await client.close()
        log.close()
        return LoadResult(
            pace=pace,
            seconds=seconds,
            counts=log.counts,
            operations=live.operations,
            connects=sum(client.connects for client in self._clients),
            stale=sum(client.stale for client in self._clients),
            unasked=sum(client.unasked for client in self._clients),
            memory=_peak_memory(),
            cpu=used,
            cut=stage.cut,
        )

    def _enlisting(self, stage: Stage) -> Callable[[int], Iteration]:
        journey = self.load.journey

        def enlist(number: int) -> Iteration:
            user = User(number, self._client(), stage)

            def iterate(intended: float) -> Awaitable[object]:
                user.intended = intended
                return journey(user)

            return iterate

        return enlist

    def _client(self) -> HttpClient:
        """Return a client of the user's own, or the one that all share; deadlines are watched together."""
        if self._clients and self.load.client.connections:
            return self._clients[0]
        watch = self._clients[0].watch if self._clients else Watch()
        self._clients.append(HttpClient(self.load.origin, self.load.client, watch))
        return self._clients[-1]

    async def _showing(self, live: Live) -> None:
        while True:
            await asyncio.sleep(self.every)
            glimpse = live.glimpse()
            if self.show is not None:
                self.show(glimpse)


def _latencies(found: Histogram) -> dict[str, Any]:
    if not found.count:
        return {"n": 0}
    values = {f"p{percent:g}": found.percentile(percent) for percent in PERCENTS}
    return {"n": found.count, "mean": found.mean, "min": found.smallest, "max": found.largest, **values}


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_memory() -> int:
    """Return the peak in bytes. What Linux gives as ru_maxrss is also that of the program that started us, before we were loaded."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

"""What a Dask worker does with its part of a load: start a lean process for it, pass orders on, hand back what came of it."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from readiness.load.ramp import Part
from readiness.load.session import Load
from readiness.load.team import LOOK, WorkerResult
from readiness.load.workers import LoadWorker

READY_SECONDS = 60.0
"""Longest wait for the order to begin."""
ABANDONED = 10.0
"""Seconds without an order after which nobody seems to wait for the result: the part is ended."""


@dataclass(frozen=True)
class HostPart:
    """One part, for one Dask worker; ``token`` is that of the whole load."""

    token: str
    place: int
    load: Load
    part: Part
    share: float
    name: str


@dataclass(frozen=True)
class Order:
    """Begin at an instant (``time.monotonic`` of the machine that reads it), go on, or stop."""

    what: Literal["begin", "go on", "stop"]
    at: float = 0.0


PartResult = tuple[WorkerResult, bytes]
"""What came of a part, and its spool."""
_orders: dict[tuple[str, int], Callable[[Order], None]] = {}
"""Where orders go, by token and place, for the parts that this process has."""


def give_order(token: str, place: int, order: Order) -> None:
    """Hand an order to a part of this process; without effect where it has none (any more)."""
    if (hand := _orders.get((token, place))) is not None:
        hand(order)


def send_part(host: HostPart, topic: str) -> PartResult:
    """Send one part, in a thread of a Dask worker; signs of life are events under ``topic``."""
    from distributed import get_worker

    worker = get_worker()

    def say(glimpse: tuple[float, ...]) -> None:
        worker.log_event(topic, {"place": host.place, "glimpse": glimpse})

    with tempfile.TemporaryDirectory(prefix="readiness-load-") as folder:
        return asyncio.run(send_part_here(host, Path(folder) / "spool", say))


async def send_part_here(host: HostPart, spool: Path, say: Callable[[tuple[float, ...]], None]) -> PartResult:
    """Send one part from this process's machine; ``say`` gets the first word, which is empty, and each sign of life."""
    loop, orders = asyncio.get_running_loop(), asyncio.Queue[Order]()
    key = (host.token, host.place)
    _orders[key] = lambda order: _ignored(loop.call_soon_threadsafe(orders.put_nowait, order))
    worker = LoadWorker(host.name, host.load, host.share, spool, None)
    tasks: list[asyncio.Task[None]] = []
    abandoned = asyncio.Event()
    try:
        await worker.start(host.part)
        say(())
        async with asyncio.timeout(READY_SECONDS):
            begin = await orders.get()
        if begin.what == "begin":
            tasks = [
                asyncio.ensure_future(_obey(orders, worker, abandoned)),
                asyncio.ensure_future(_report(worker, say)),
            ]
            await worker.follow(begin.at)
    finally:
        del _orders[key]
        for task in tasks:
            task.cancel()
        await worker.close()
    outcome = worker.outcome()
    if abandoned.is_set() and not outcome.lost:
        lost = f"{host.name} heard nothing for {ABANDONED:g} s and ended its part: {host.share:.0%} of the load is incomplete"
        outcome = replace(outcome, lost=lost)
    return outcome, spool.read_bytes() if spool.is_file() else b""


async def _obey(orders: "asyncio.Queue[Order]", worker: LoadWorker, abandoned: asyncio.Event) -> None:
    """Stop the worker when told to, and when nobody has told anything for too long."""
    try:
        while True:
            async with asyncio.timeout(ABANDONED):
                if (await orders.get()).what == "stop":
                    break
    except TimeoutError:
        abandoned.set()
    worker.stop()


async def _report(worker: LoadWorker, say: Callable[[tuple[float, ...]], None]) -> None:
    """Pass each sign of life on; where the process gives none, none is passed on."""
    heard = worker.pulse.heard
    while True:
        await asyncio.sleep(LOOK)
        if worker.pulse.heard > heard and worker.pulse.glimpse is not None:
            heard = worker.pulse.heard
            say(tuple(worker.pulse.glimpse.__dict__.values()))


def _ignored(_: Any) -> None:
    """Orders have no answer."""

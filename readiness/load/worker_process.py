"""The program of a load worker: takes its part of a load, begins when told to, says how it goes, hands over what came of it.

It ends as soon as who started it is gone. It imports no library but the parser's and the event loop's.
"""

import asyncio
import gc
import os
import socket
import sys
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from readiness.load.effort import Effort, watched
from readiness.load.feed import Feed
from readiness.load.frames import receive, send
from readiness.load.live import Glimpse
from readiness.load.parts import PlacedExecutor
from readiness.load.ramp import Part
from readiness.load.session import Load, LoadResult, Session

EVERY = 0.2
"""Seconds between two signs of life; what is recorded reaches the disk as often."""


@dataclass(frozen=True)
class Task:
    """What a worker is to do, and the file that takes its samples."""

    load: Load
    part: Part
    spool: Path


@dataclass(frozen=True)
class Ready:
    """The worker has imported and unpacked everything."""

    pid: int


@dataclass(frozen=True)
class Begin:
    """The instant at which all begin (``time.monotonic`` of the worker's machine)."""

    at: float


@dataclass(frozen=True)
class Alive:
    """A sign of life."""

    glimpse: Glimpse


@dataclass(frozen=True)
class Done:
    """What came of it; ``began`` in seconds after the common instant."""

    result: LoadResult
    began: float
    effort: Effort = field(default_factory=Effort)


@dataclass(frozen=True)
class Defect:
    """The journey (or we) raised: what and where."""

    text: str


async def work(control: socket.socket) -> None:
    """Do one task."""
    reader, writer = await asyncio.open_connection(sock=control)
    try:
        task: Task = await receive(reader)
        send(writer, Ready(os.getpid()))
        begin: Begin = await receive(reader)
        send(writer, await _outcome(task, begin, reader, writer))
        await writer.drain()
        await receive(reader)  # until the other end has it all and closes
    except (EOFError, ConnectionError):
        return
    finally:
        writer.close()


async def _outcome(
    task: Task, begin: Begin, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Done | Defect:
    began: list[float] = []
    executor = PlacedExecutor(task.load.executor, task.part, begin.at, began.append)
    session = Session(
        replace(task.load, executor=executor), task.spool, lambda glimpse: send(writer, Alive(glimpse)), EVERY, begin.at
    )
    stop = asyncio.Event()
    listening = asyncio.ensure_future(_listen(reader, stop))
    try:
        async with watched(begin.at) as effort:
            result = await session.run(stop)
        return Done(result, began[0] if began else 0.0, effort)
    except Exception as error:  # noqa: BLE001 - told to the other end, which raises it
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return Defect(f"{type(error).__name__}: {error} ({frame.filename}, line {frame.lineno})")
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _listen(reader: asyncio.StreamReader, stop: asyncio.Event) -> None:
    """Whatever comes now means: stop. That nobody is there any more means it, too."""
    try:
        await receive(reader)
    except EOFError:
        stop.set()
        return
    stop.set()


def main(arguments: list[str]) -> None:
    """Serve the socket whose descriptor is the first argument; place and number of the parts follow."""
    Feed.part = (int(arguments[1]), int(arguments[2]))  # before a journey is unpacked, which may read a feed
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # calls make no cycles; a pause of the collector would be the target's latency
    control = socket.socket(fileno=int(arguments[0]))
    control.set_inheritable(False)  # a child of a journey must not keep it open after us
    _runner()(work(control))


def _runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    run: Callable[[Coroutine[Any, Any, None]], None] = uvloop.run
    return run


if __name__ == "__main__":
    main(sys.argv[1:])

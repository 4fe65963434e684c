"""A proxy in front of a dependency: bytes pass through it untouched until a toxic is armed."""

import asyncio
import inspect
import math
from typing import Self

from readiness.errors import ReadinessError, UsageError, nearest
from readiness.faults.kinds import KINDS
from readiness.faults.link import Board, Link, closed
from readiness.faults.toxics import Toxic

HOST = "127.0.0.1"
BACKLOG = 1024
CONNECT_SECONDS = 10.0
COUNTERS = (
    "connections",
    "refused",
    "upstream_failures",
    "bytes_up",
    "bytes_down",
    "swallowed_bytes",
    "delayed_chunks",
    "resets",
    "cuts",
)


class ToxicProxy:
    """Listens on a free local port and carries bytes between whoever connects and ``upstream_host:upstream_port``.

    It lives in the loop that started it; its toxics are armed and disarmed there.
    """

    def __init__(self, upstream_host: str, upstream_port: int, name: str) -> None:
        self.upstream = (upstream_host, upstream_port)
        self.name = name
        self.port = 0
        self.counters: dict[str, int] = dict.fromkeys(COUNTERS, 0)
        self._board = Board(name, self.counters)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where it listens, as ``host:port``."""
        if self._server is None:
            raise ReadinessError(f"the proxy {self.name!r} has no address: it is not started")
        return f"{HOST}:{self.port}"

    async def start(self) -> None:
        """Listen."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, HOST, 0, backlog=BACKLOG)
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Disarm every toxic, end every connection and stop listening; a second call changes nothing."""
        for toxic in tuple(self._board.armed):
            await toxic.disarm()
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def toxic(self, kind: str, **options: float) -> Toxic:
        """Return a fault of this kind, not armed yet; what is unknown or impossible is refused."""
        if kind not in KINDS:
            raise UsageError(f"unknown toxic {kind!r}{nearest(kind, KINDS)}; known: {', '.join(KINDS)}")
        known = [name for name in inspect.signature(KINDS[kind]).parameters if name != "board"]
        for name, value in options.items():
            if name not in known:
                may = ", ".join(known) or "nothing"
                raise UsageError(f"{kind}: unknown option {name!r}{nearest(name, known)}; may be set: {may}")
            if not (math.isfinite(value) and value >= 0):
                raise UsageError(f"{kind}: {name} is {value!r}; right would be a number from 0")
        return KINDS[kind](self._board, **options)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(Link(self._board, (reader, writer))))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, link: Link) -> None:
        self._board.links.add(link)
        self._board.count(connections=1)
        try:
            if await self._connected(link):
                await link.run()
        finally:
            self._board.links.discard(link)
            await link.close()

    async def _connected(self, link: Link) -> bool:
        for toxic in tuple(self._board.armed):
            if not link.ended:
                toxic.accepted(link)
        if not (link.ended or link.deaf):
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    link.upstream = await asyncio.open_connection(*self.upstream)
            except OSError:  # nobody there, or too slow: as if the dependency had refused
                self._board.count(upstream_failures=1)
                link.cut(reset=True)
        if link.upstream is not None and (link.ended or link.deaf):  # struck while it was being connected
            await closed(link.upstream[1])
            link.upstream = None
        return not link.ended

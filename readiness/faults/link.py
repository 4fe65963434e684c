"""One proxied connection: two lanes of chunks, which pass through every armed stage before they go on."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

CHUNK_BYTES = 65536
QUEUED_CHUNKS = 16
"""Per lane; a full queue stops the reading, so that the sender feels a slow receiver."""
FLUSH_SECONDS = 1.0
ABORTED = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends RST in place of FIN and drops what was not sent."""

End = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Chunk(NamedTuple):
    """Bytes as they arrived; ``up`` is from the client to the dependency. No bytes: the sender has ended."""

    data: bytes
    up: bool
    arrived: float
    """In the loop's time."""
    broken: bool = False
    """The sender has ended with a reset."""


Send = Callable[[Chunk], Awaitable[None]]


class Stage(Protocol):
    """What an armed toxic does with connections and chunks."""

    async def disarm(self) -> None:
        """End."""

    def accepted(self, link: "Link") -> None:
        """See a connection before the dependency is called."""

    async def forward(self, link: "Link", chunk: Chunk, send: Send, /) -> None:
        """Send the chunk on: later, in pieces, or not at all."""

    async def ending(self) -> None:
        """Hold back the end of one direction of a connection."""


@dataclass
class Board:
    """What a proxy, its connections and its toxics share."""

    name: str
    counters: dict[str, int]
    armed: list[Stage] = field(default_factory=list)
    links: set["Link"] = field(default_factory=set)

    def count(self, **amounts: int) -> None:
        """Add to the counters."""
        for key, amount in amounts.items():
            self.counters[key] = self.counters.get(key, 0) + amount


class Link:
    """A client's connection and the one to the dependency that belongs to it (None: there is none)."""

    def __init__(self, board: Board, client: End) -> None:
        self.board = board
        self.client = client
        self.upstream: End | None = None
        self.deaf = False
        """Nobody is at the other end, and the client is not told."""
        self._end = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether it was cut."""
        return self._end.is_set()

    def cut(self, *, reset: bool) -> bool:
        """End it now, unless it has ended: RST, or FIN after what was sent, for the client; FIN for the dependency."""
        if self.ended:
            return False
        self._end.set()
        self.board.count(**{"resets" if reset else "cuts": 1})
        shut(self.client[1], reset=reset)
        self.drop_upstream()
        return True

    def drop_upstream(self) -> None:
        """Close the connection to the dependency."""
        if self.upstream is not None:
            shut(self.upstream[1], reset=False)

    async def run(self) -> None:
        """Carry bytes until both directions have ended or the link is cut."""
        lanes: asyncio.Future[Any] = asyncio.gather(*self._lanes())
        cut: asyncio.Future[Any] = asyncio.ensure_future(self._end.wait())
        try:
            await asyncio.wait({lanes, cut}, return_when=asyncio.FIRST_COMPLETED)
            if lanes.done():
                lanes.result()
        finally:
            self._end.set()
            lanes.cancel()
            cut.cancel()
            await asyncio.gather(lanes, cut, return_exceptions=True)
            await self.close()

    async def close(self) -> None:
        """Let go of both sockets."""
        for _, writer in filter(None, (self.client, self.upstream)):
            await closed(writer)

    def _lanes(self) -> list[Awaitable[None]]:
        lanes: list[Awaitable[None]] = []
        for up, end in ((True, self.client), (False, self.upstream)):
            if end is not None:
                queue: asyncio.Queue[Chunk] = asyncio.Queue(QUEUED_CHUNKS)
                lanes += [_read(end[0], up, queue), self._carry(queue)]
        return lanes

    async def _carry(self, queue: asyncio.Queue[Chunk]) -> None:
        while (chunk := await queue.get()).data:
            await self._through(tuple(self.board.armed), chunk)
        for stage in tuple(self.board.armed):
            await stage.ending()
        self._pass_on_the_end(chunk)

    async def _through(self, stages: tuple[Stage, ...], chunk: Chunk) -> None:
        if self.ended:
            return
        if not stages:
            await self._send(chunk)
            return

        async def send(piece: Chunk) -> None:
            await self._through(stages[1:], piece)

        await stages[0].forward(self, chunk, send)

    async def _send(self, chunk: Chunk) -> None:
        end = self.upstream if chunk.up else self.client
        if end is None:
            return
        if end[1].is_closing():  # its receiver is gone: so is the link
            self._end.set()
            return
        self.board.count(**{"bytes_up" if chunk.up else "bytes_down": len(chunk.data)})
        end[1].write(chunk.data)
        with contextlib.suppress(ConnectionError):
            await end[1].drain()

    def _pass_on_the_end(self, chunk: Chunk) -> None:
        end = self.upstream if chunk.up else self.client
        if end is None or end[1].is_closing():
            return
        if chunk.broken:
            shut(end[1], reset=True)
            self._end.set()
            return
        with contextlib.suppress(OSError):  # the other side may be gone already
            end[1].write_eof()


async def _read(reader: asyncio.StreamReader, up: bool, queue: asyncio.Queue[Chunk]) -> None:
    loop = asyncio.get_running_loop()
    data, broken = b"-", False
    while data:
        try:
            data = await reader.read(CHUNK_BYTES)
        except OSError:
            data, broken = b"", True
        await queue.put(Chunk(data, up, loop.time(), broken))


def shut(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    """Begin to close a connection, with RST or with FIN."""
    if not reset:
        writer.close()
        return
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORTED)
    writer.transport.abort()


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a connection and wait for it; what nobody takes is dropped after a moment."""
    writer.close()
    try:
        async with asyncio.timeout(FLUSH_SECONDS):
            await writer.wait_closed()
    except OSError:  # reset; TimeoutError is one, too
        writer.transport.abort()

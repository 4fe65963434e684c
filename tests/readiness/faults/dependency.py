"""A dependency with a real socket: answers each line with the same line, greets nobody, remembers what it got."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from readiness.faults.proxy import ToxicProxy

PATIENCE = 10.0
SILENCE = 0.2
"""Long enough for loopback to have delivered what would have come."""


@dataclass
class Dependency:
    """What the far side has seen."""

    port: int = 0
    received: bytearray = field(default_factory=bytearray)
    connections: int = 0
    ended: int = 0
    hold: int = 0
    """Bytes that it waits for before it answers."""
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Echo until the other side ends."""
        self.connections += 1
        try:
            while data := await reader.read(65536):
                self.received += data
                if len(self.received) < self.hold:
                    continue
                writer.write(bytes(self.received) if self.hold else data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.ended += 1
            await gone(writer)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep hold of the task."""
        task = asyncio.create_task(self.serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


class Client:
    """One connection that speaks lines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, data: bytes) -> None:
        """Send."""
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self, size: int) -> bytes:
        """Wait for exactly so many bytes."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readexactly(size)

    async def rest(self) -> bytes:
        """Wait for the end and return all before it; raises ConnectionResetError for a reset."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()

    async def ask(self, data: bytes) -> bytes:
        """Send and wait for the echo."""
        await self.say(data)
        return await self.hear(len(data))

    async def silent(self) -> bool:
        """Whether nothing comes, not even an end."""
        try:
            async with asyncio.timeout(SILENCE):
                await self.reader.read(1)
        except TimeoutError:
            return True
        return False


async def gone(writer: asyncio.StreamWriter) -> None:
    """Close and wait for it."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@contextlib.asynccontextmanager
async def proxied() -> AsyncIterator[tuple[ToxicProxy, Dependency]]:
    """A dependency behind a proxy."""
    dependency = Dependency()
    server = await asyncio.start_server(dependency.accept, "127.0.0.1", 0)
    dependency.port = server.sockets[0].getsockname()[1]
    try:
        async with ToxicProxy("127.0.0.1", dependency.port, "vendor") as proxy:
            yield proxy, dependency
    finally:
        server.close()
        for task in tuple(dependency.tasks):
            task.cancel()
        await asyncio.gather(*dependency.tasks, return_exceptions=True)
        await server.wait_closed()


@contextlib.asynccontextmanager
async def connected(proxy: ToxicProxy) -> AsyncIterator[Client]:
    """A client's connection through the proxy."""
    host, _, port = proxy.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Client(reader, writer)
    finally:
        await gone(writer)

"""Raw bytes over one connection: what came, whether the other side closed, and how it failed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from readiness.load.wire import Wire, authority, send_raw
from readiness.targeting import Target, TargetSpec

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
REPLY = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n\r\nno"


class Listening:
    """As much of an adapter as an address needs."""

    def __init__(self, port: int) -> None:
        self._port = port

    def handle(self) -> dict[str, Any]:
        return {"port": self._port}


def _exchange(serve: Serve, **options: float) -> Wire:
    async def whole() -> Wire:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        target = Target(TargetSpec(), Listening(port))  # type: ignore[arg-type]
        assert authority(target) == f"127.0.0.1:{port}"
        async with server:
            return await send_raw(target, b"GET / HTTP/1.1\r\n\r\n", **options)

    return asyncio.run(whole())


@pytest.mark.parametrize("ended", [True, False])
def test_a_reply_is_read_and_the_end_is_seen(ended: bool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\r\n\r\n") == b"GET / HTTP/1.1\r\n\r\n"
        writer.write(REPLY)
        if not ended:
            await reader.read()
        writer.close()

    wire = _exchange(serve, quiet=0.1)
    assert (wire.status, wire.headers["content-type"], wire.body) == (404, "text/plain", b"no")
    assert (wire.ended, wire.error) == (ended, "")


def test_silence_is_a_timeout() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    wire = _exchange(serve, timeout=0.2)
    assert (wire.status, wire.ended, wire.error) == (0, False, "timeout")


def test_a_close_without_a_word_is_an_end() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    wire = _exchange(serve)
    assert (wire.status, wire.received, wire.ended, wire.error) == (0, b"", True, "")


def test_a_closed_port_is_refused() -> None:
    target = Target(TargetSpec(address="http://127.0.0.1:1"), Listening(1))  # type: ignore[arg-type]
    assert asyncio.run(send_raw(target, b"x")).error == "refused"


@pytest.mark.parametrize("received", [b"", b"hello", b"HTTP/1.1", b"HTTP/1.1 abc"])
def test_what_is_no_status_line_has_status_0(received: bytes) -> None:
    assert Wire(received, True, 0.1).status == 0

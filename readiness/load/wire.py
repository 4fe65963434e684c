"""One exchange of raw bytes with a target: for requests that a well-behaved client would never send."""

import asyncio
import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from readiness.exchange import parse_headers
from readiness.targeting import Target

LARGEST = 4 * 2**20


@dataclass(frozen=True)
class Wire:
    """What came back over one connection, as bytes; ``ended`` says that the target closed it. ``seconds`` from connect."""

    received: bytes
    ended: bool
    seconds: float
    error: str = ""
    """Empty, or why there was no exchange: refused, reset, timeout."""

    @property
    def status(self) -> int:
        """The status of the first reply; 0 where there is none."""
        words = self.received[:40].split(None, 2)
        return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") and words[1].isdigit() else 0

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the first reply by lower-case name."""
        return parse_headers(self.received)

    @property
    def body(self) -> bytes:
        """Everything after the first head, framing included."""
        return self.received.partition(b"\r\n\r\n")[2]


def origin(target: Target) -> tuple[str, int, ssl.SSLContext | None]:
    """Return host, port and TLS settings of a target; its own port where the gate started it."""
    port = str(target.adapter.handle().get("port", ""))
    parts = urlsplit((target.spec.address or "http://127.0.0.1:{port}").replace("{port}", port))
    secure = parts.scheme == "https"
    context = ssl.create_default_context() if secure else None
    return parts.hostname or "127.0.0.1", parts.port or (443 if secure else 80), context


def authority(target: Target) -> str:
    """Return what belongs into the Host header."""
    host, port, _ = origin(target)
    return f"{host}:{port}"


async def connect(target: Target, *, timeout: float = 2.0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection to the target; OSError (TimeoutError is one) where it cannot be had in ``timeout`` seconds."""
    host, port, context = origin(target)
    async with asyncio.timeout(timeout):
        return await asyncio.open_connection(host, port, ssl=context, limit=LARGEST)


async def hang_up(writer: asyncio.StreamWriter, *, abort: bool = False) -> None:
    """Let go of a connection; ``abort`` resets it, whatever is under way."""
    if abort:
        if (own := writer.get_extra_info("socket")) is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # no FIN but a RST
        writer.transport.abort()
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(1.0):
            await writer.wait_closed()


async def send_raw(target: Target, sent: bytes, *, timeout: float = 2.0, quiet: float = 0.3) -> Wire:
    """Send bytes, read until the target closes, says nothing for ``quiet`` seconds after a byte, or ``timeout`` is over."""
    begin = time.monotonic()
    try:
        reader, writer = await connect(target, timeout=timeout)
    except TimeoutError:
        return Wire(b"", False, time.monotonic() - begin, "timeout")
    except OSError:
        return Wire(b"", True, time.monotonic() - begin, "refused")
    received, ended, error, last = bytearray(), False, "", begin
    try:
        writer.write(sent)
        while len(received) < LARGEST:
            left = quiet if received else begin + timeout - time.monotonic()
            try:
                async with asyncio.timeout(max(left, 0.01)):
                    part = await reader.read(65536)
            except TimeoutError:
                error = "" if received else "timeout"
                break
            if not part:
                ended = True
                break
            last = time.monotonic()
            received += part
    except OSError:
        ended, error = True, "" if received else "reset"
    finally:
        await hang_up(writer)
    return Wire(bytes(received), ended, (last if received else time.monotonic()) - begin, error)

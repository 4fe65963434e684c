"""WebSocket, through the package websockets: a message is sent, and the next message is its answer.

That is how request and answer work over a WebSocket; what a service pushes unasked is read away before the next message is
sent, and counted. A stream of messages is no call: a journey measures it with the library itself (``user.measure``).
"""

import asyncio
import contextlib
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from readiness.exchange import Reply
from readiness.load.client import kind_of

if TYPE_CHECKING:
    from readiness.load.origin import Origin

ANSWERED = 200
"""The status of an answer: messages have none of their own."""
REFUSED = 400
"""From this status on, a handshake was refused; one answered otherwise is no WebSocket: nothing was asked or answered."""
CLOSE_SECONDS = 1.0
"""Longest wait for the other end to close, too."""
CLOSED = {1002: "malformed", 1003: "malformed", 1007: "malformed", 1009: "too large"}
"""Close code (RFC 6455, 7.4.1) -> kind of failure; any other code is "closed"."""

Key = tuple[str, tuple[tuple[str, str], ...]]


class WebSocketClient:
    """Sends messages over kept connections, one per path and headers at a time: a connection carries one question at a time."""

    def __init__(self, origin: "Origin", *, connections: int = 0, body_limit: int = 2**26) -> None:
        import websockets

        self.connects = 0
        self.unasked = 0
        self._library: Any = websockets
        self._base = f"{'wss' if origin.tls else 'ws'}://{origin.authority}{origin.prefix}"
        self._tls = {"ssl": origin.tls} if origin.tls else {}
        self._limit = body_limit
        self._idle: defaultdict[Key, list[Any]] = defaultdict(list)
        self._turns = asyncio.Semaphore(connections) if connections else contextlib.nullcontext()

    async def call(
        self,
        method: str,  # noqa: ARG002 - a message has none; the interface has
        path: str,
        headers: Mapping[str, str] | None,
        body: bytes,
        timeout: float,
    ) -> Reply:
        """Send a message, as text where it is UTF-8, and wait for the next one; the headers go with the handshake."""
        begin = monotonic()
        try:
            async with (
                asyncio.timeout(timeout),
                self._turns,
                self._lent((path, tuple((headers or {}).items()))) as socket,
            ):
                await socket.send(_message(body))
                answer = await socket.recv()
        except self._library.InvalidStatus as refused:
            told = refused.response
            error = "" if told.status_code >= REFUSED else "malformed"
            return Reply(told.status_code, _lower(told.headers), told.body or b"", monotonic() - begin, error)
        except (TimeoutError, OSError, ssl.SSLError, self._library.WebSocketException) as problem:
            return Reply(0, b"", b"", monotonic() - begin, self._kind(problem))
        took = monotonic() - begin
        return Reply(ANSWERED, {}, answer.encode() if isinstance(answer, str) else bytes(answer), took)

    async def close(self) -> None:
        """Close the idle connections."""
        idle = [socket for sockets in self._idle.values() for socket in sockets]
        self._idle.clear()
        await asyncio.gather(*(socket.close() for socket in idle), return_exceptions=True)

    @asynccontextmanager
    async def _lent(self, key: Key) -> AsyncIterator[Any]:
        """Lend a connection and take it back; one whose call went wrong is given up, as its answer may still come."""
        socket = await self._kept(key) or await self._connected(key)
        try:
            yield socket
        except BaseException:
            socket.transport.abort()
            raise
        self._idle[key].append(socket)

    async def _kept(self, key: Key) -> Any:
        """Return a connection that still lives, None without one; what came over it meanwhile is nobody's answer."""
        while self._idle[key]:
            socket = self._idle[key].pop()
            try:
                while True:
                    async with asyncio.timeout(0):
                        await socket.recv()
                    self.unasked += 1
            except TimeoutError:
                return socket
            except self._library.ConnectionClosed:
                continue
        return None

    async def _connected(self, key: Key) -> Any:
        path, headers = key
        self.connects += 1
        return await self._library.connect(
            f"{self._base}{path}",
            additional_headers=dict(headers),
            compression=None,  # it would be the generator's time
            proxy=None,  # load goes where it was sent, whatever the environment says
            open_timeout=None,  # the call's own deadline holds
            ping_interval=None,
            close_timeout=CLOSE_SECONDS,
            max_size=self._limit,
            **self._tls,
        )

    def _kind(self, problem: Exception) -> str:
        """Name a failure as our own client would."""
        if isinstance(problem, TimeoutError):
            return "timeout"
        if isinstance(problem, self._library.ConnectionClosed):
            close = problem.sent or problem.rcvd
            return "reset" if close is None else CLOSED.get(close.code, "closed")
        if isinstance(problem, OSError):
            return kind_of(problem)
        cause = problem.__cause__
        if isinstance(cause, ConnectionResetError):
            return "reset"
        return "closed" if isinstance(cause, EOFError) else "malformed"


def _message(body: bytes) -> str | bytes:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.raw_items()}

"""An HTTP/1.1 client for the measuring path: asyncio protocol, httptools parser, keep-alive pool."""

import asyncio
import ssl
import time
from collections import deque
from urllib.parse import urlsplit

import httptools

from readiness.exchange import Reply, Request


class _Connection(asyncio.Protocol):
    """One connection; answers one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.reusable = True
        self._waiting: asyncio.Future[str] | None = None
        self._reset("GET")

    def _reset(self, method: str) -> None:
        self.status, self.headers, self.body = 0, dict[str, str](), bytearray()
        self._method, self._headers_done = method, False
        self._parser = httptools.HttpResponseParser(self)

    async def send(self, method: str, wire: bytes) -> str:
        """Write the request; return an empty string when a whole answer is there, else the kind of failure."""
        if self.transport is None or self.transport.is_closing():
            return "reset"
        self._reset(method)
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(wire)
        return await self._waiting

    def close(self) -> None:
        self.reusable = False
        if self.transport is not None:
            self.transport.abort()

    # asyncio.Protocol
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.reusable = False
            self._finish("garbage")

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        until_close = self._headers_done and not {"content-length", "transfer-encoding"} & self.headers.keys()
        self._finish("" if until_close and exc is None else ("truncated" if self.status else "reset"))

    # httptools
    def on_header(self, name: bytes, value: bytes) -> None:
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._headers_done = True
        self.reusable = self.reusable and self._parser.should_keep_alive()
        if self._method == "HEAD":  # a parser cannot know that no body follows
            self.reusable = False
            self._finish("")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        if self.status >= 200:
            self._finish("")

    def _finish(self, error: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(error)


class HttpClient:
    """Sends requests to one origin over kept-alive connections. Failures are replies, never exceptions."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        self._host = parts.hostname or "127.0.0.1"
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._prefix = parts.path.rstrip("/")
        self._authority = parts.netloc.rpartition("@")[2]
        self._idle: deque[_Connection] = deque()
        self.connects = 0

    async def send(self, request: Request) -> Reply:
        """Send one request; ``error`` is one of refused, unreachable, timeout, reset, truncated, garbage."""
        begin = time.perf_counter()
        connection: _Connection | None = None
        error = "timeout"
        try:
            async with asyncio.timeout(request.timeout):
                connection, fresh = await self._connection()
                error = await connection.send(request.method, self._wire(request))
                if error == "reset" and not fresh and request.method in ("GET", "HEAD", "OPTIONS"):
                    # the server closed an idle connection while we wrote: a fresh one tells the truth
                    connection, _ = await self._connection(fresh=True)
                    error = await connection.send(request.method, self._wire(request))
        except TimeoutError:
            error = "timeout"
        except ConnectionRefusedError:
            error = "refused"
        except OSError as problem:
            error = "reset" if isinstance(problem, ConnectionError) else "unreachable"
        finally:
            if connection is not None:
                self._give_back(connection, keep=not error)
        seconds = time.perf_counter() - begin
        if connection is None:
            return Reply(0, {}, b"", seconds, error)
        return Reply(connection.status, connection.headers, bytes(connection.body), seconds, error)

    async def _connection(self, *, fresh: bool = False) -> tuple[_Connection, bool]:
        while self._idle and not fresh:
            connection = self._idle.pop()
            if connection.reusable and connection.transport is not None and not connection.transport.is_closing():
                return connection, False
        self.connects += 1
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(_Connection, self._host, self._port, ssl=self._tls)
        return made, True

    def _give_back(self, connection: _Connection, *, keep: bool) -> None:
        if keep and connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()

    def _wire(self, request: Request) -> bytes:
        lines = [f"{request.method} {self._prefix}{request.path} HTTP/1.1", f"Host: {self._authority}"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(request.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + request.body

    async def close(self) -> None:
        """Close every idle connection."""
        while self._idle:
            self._idle.pop().close()
        await asyncio.sleep(0)

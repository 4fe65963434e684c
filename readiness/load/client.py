"""An HTTP/1.1 client for the measuring path: keep-alive pool, deadlines, and every failure as a named kind."""

import asyncio
import math
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from socket import gaierror
from time import monotonic
from typing import TYPE_CHECKING

from readiness.exchange import NOT_SENT, Reply, Request
from readiness.load import content
from readiness.load.connection import Connection
from readiness.load.cookies import Cookies
from readiness.load.origin import Origin, parse_origin
from readiness.load.protocols import METHODS, speaker
from readiness.load.watch import Watch

if TYPE_CHECKING:
    from readiness.load.protocols import Speaker

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""Methods that may be sent again after a connection died (RFC 9110, 9.2.2)."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PRIVATE = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that a redirect to another origin leaves out."""


@dataclass(frozen=True)
class ClientOptions:
    """How a client behaves; times in seconds, sizes in bytes."""

    connect: float = 10.0
    """Longest wait for a connection, TLS included."""
    first_byte: float = math.inf
    """Longest wait from sending to the first byte of the answer."""
    body_limit: int = 64 * 1024 * 1024
    """Largest answer, as sent and as decoded."""
    connections: int = 0
    """Most connections at once; calls beyond wait their turn. 0: as many as calls."""
    compressed: bool = False
    """Ask for compressed bodies."""
    redirects: int = 0
    """Most redirects followed by one call."""
    cookies: bool = False
    """Keep cookies and send them back."""
    http2: bool = False
    """Speak HTTP/2 (see readiness.load.http2), where only ``redirects`` and ``cookies`` of these options apply.

    The methods SEND (a WebSocket message) and CALL (a gRPC call) know ``body_limit``, and SEND ``connections``.
    """


DEFAULTS = ClientOptions()


class HttpClient:
    """Sends requests to one origin over kept-alive connections. Failures are replies, never exceptions.

    Kinds of failure: refused, unreachable, dns, tls, connect timeout, send timeout, first byte timeout, timeout, reset, closed
    (without any answer), truncated (within an answer), malformed, too large, too many redirects.
    """

    def __init__(
        self,
        origin: str | Origin,
        options: ClientOptions = DEFAULTS,
        watch: Watch | None = None,
        *,
        verify: bool = True,
    ) -> None:
        self.origin = parse_origin(origin, verify=verify) if isinstance(origin, str) else origin
        self.options = options
        self.connects = 0
        """Connections opened; calls beyond this number used one again."""
        self.stale = 0
        """Calls sent a second time because a kept connection had died meanwhile."""
        self.unasked = 0
        """Connections given up because of bytes that nobody asked for."""
        self.cookies = Cookies() if options.cookies else None
        self.watch = watch or Watch()
        self.idle: list[Connection] = []
        """Connections that the next exchange may use."""
        self._open = 0
        self.free: Callable[[Connection], None] = self._lend if options.connections else self.idle.append
        self._queue: deque[asyncio.Future[Connection | None]] = deque()
        """Calls that wait for one of few connections: each is given one, or the place of one that it may open (None)."""
        self._again: set[asyncio.Task[Reply]] = set()
        self._elsewhere: dict[str, HttpClient] = {}
        self._speakers: dict[str, Speaker] = {}
        self.plain = not (options.cookies or options.redirects or options.compressed or options.http2)
        """Whether a call is one exchange and nothing else."""
        self._special = options.first_byte < math.inf
        self.known = self.origin.kept if self.plain and not self._special else {}
        """Requests without headers and body that any idle connection can be given as they are."""

    async def send(self, request: Request) -> Reply:
        """Send one request."""
        return await self.call(request.method, request.path, request.headers, request.body, request.timeout)

    async def call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"", timeout: float = 10.0
    ) -> Reply:
        """Send one request with cookies and redirects as the options say; ``timeout`` covers everything, in seconds."""
        if method in METHODS or self.options.http2:
            return await self._speaker(METHODS.get(method, "HTTP/2")).call(method, path, headers, body, timeout)
        if self.plain:
            reply = await self.exchange(method, self.origin.wire(method, path, headers, body), timeout)
            return self.decoded(reply) if headers else reply
        begin, client = monotonic(), self
        reply = await self._dressed(method, path, headers, body, timeout)
        for _ in range(self.options.redirects):
            target = reply.headers.get("location") if reply.status in REDIRECTS and not reply.error else None
            if target is None:
                break
            if reply.status == 303 or (reply.status in (301, 302) and method == "POST"):
                method, body = ("HEAD" if method == "HEAD" else "GET"), b""
            try:
                client, path = self._location(client, path, target)
            except ValueError:
                reply.error = "malformed"
                break
            if client is not self and headers:  # what proves who one is does not go to others
                headers = {name: value for name, value in headers.items() if name.lower() not in PRIVATE}
            left = timeout - (monotonic() - begin)
            reply = await client._dressed(method, path, headers, body, left)
        else:
            if self.options.redirects and reply.status in REDIRECTS and not reply.error:
                reply.error = "too many redirects"
        reply.seconds = monotonic() - begin
        return reply

    def exchange(self, method: str, wire: bytes, timeout: float, began: float = 0.0) -> Awaitable[Reply]:
        """Send a request that is already bytes: the path that every call takes, and the one that has to be quick.

        ``began`` is when the call began (``time.monotonic``; default: now). Bodies come as they were sent, see `decoded`.
        """
        began = began or monotonic()
        if self.idle and not self._special and method != "HEAD":
            return self.idle.pop().send(method, wire, began, began + timeout)
        return self._unusual(method, wire, began, began + timeout)

    def decoded(self, reply: Reply) -> Reply:
        """Undo the compression of a body that was asked for."""
        encodings = "" if reply.error or not reply.body else reply.headers.get("content-encoding", "")
        try:
            reply.body = content.decode(reply.body, encodings, self.options.body_limit)
        except content.TooLargeError:
            reply.error = "too large"
        except ValueError:
            reply.error = "malformed"
        return reply

    async def _unusual(self, method: str, wire: bytes, began: float, deadline: float, *, placed: bool = False) -> Reply:
        """Send over a connection that may have to be made first, or whose answer ends or is due in a way of its own.

        ``placed``: there is a place for a connection of its own.
        """
        found = self.idle.pop() if self.idle and not placed else await self._connect(deadline, placed=placed)
        if isinstance(found, str):
            return Reply(0, b"", b"", monotonic() - began, found)
        first_byte = monotonic() + self.options.first_byte
        return await found.send_specially(method, wire, began, deadline, first_byte)

    async def reach(self, timeout: float = 10.0) -> str:
        """Open a connection and keep it for the first call; return the kind of failure, "" where it came about."""
        found = await self._connect(monotonic() + timeout)
        if isinstance(found, str):
            return found
        self.free(found)
        return ""

    async def close(self) -> None:
        """Close every idle connection."""
        for client in self._elsewhere.values():
            await client.close()
        speakers, self._speakers = self._speakers, {}
        for other in speakers.values():
            self.connects += other.connects
            self.unasked += other.unasked
            await other.close()
        while self.idle:
            self.idle.pop().abort()
        await asyncio.sleep(0)

    @property
    def connections(self) -> int:
        """Connections that are open now."""
        return self._open

    # connections

    async def _connect(self, deadline: float, *, placed: bool = False) -> Connection | str:
        """Return a connection, a kept one where waiting for a turn brought it, or the kind of failure."""
        if not placed:
            try:
                kept = await self._turn(deadline)
            except TimeoutError:
                return "timeout"
            if kept is not None:
                return kept
        self.connects += 1
        opened = False
        try:
            left = deadline - monotonic()
            async with asyncio.timeout(min(left, self.options.connect)):
                made = await self._transport()
                opened = True
                return made
        except TimeoutError:
            return "connect timeout"
        except UnicodeError:
            return "dns"  # what cannot even be a name
        except OSError as problem:
            return kind_of(problem)
        finally:
            if not opened:
                self._leave()

    async def _turn(self, deadline: float) -> Connection | None:
        """Wait for a kept connection, or for the place of a new one (None). TimeoutError where neither comes in time."""
        limit, line_up = self.options.connections, self._queue.append
        while limit and self._open >= limit:
            if self.idle:
                return self.idle.pop()
            turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
            line_up(turn)
            try:
                async with asyncio.timeout(deadline - monotonic()):
                    given = await turn
            except BaseException:
                if turn.done() and not turn.cancelled():
                    self._pass_on(turn.result())
                raise
            if given is None or given.reusable:
                return given
            line_up = self._queue.appendleft  # it died on its way here, which costs nobody his turn
        self._open += 1
        return None

    async def _transport(self) -> Connection:
        origin = self.origin
        make = partial(Connection, self.watch, self.options.body_limit, self)
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(make, origin.host, origin.port, ssl=origin.tls)
        return made

    # what a connection says of itself (see connection.Pool)

    def _lend(self, connection: Connection) -> None:
        """Hand it over to the call that has waited longest."""
        if not (self._queue and self._hand(connection)):
            self.idle.append(connection)

    def withdraw(self, connection: Connection) -> None:
        """Lend it no more."""
        if connection in self.idle:
            self.idle.remove(connection)

    def lost(self, connection: Connection) -> None:
        """Forget it."""
        self.withdraw(connection)
        self.unasked += connection.unasked > 0
        self._leave()

    def failed(self, connection: Connection, waiting: "asyncio.Future[Reply]", reply: Reply) -> None:
        """Send again where the server closed an idle connection while we wrote: a fresh one, in its place, tells the truth."""
        stale = connection.answered and reply.error in ("closed", "reset") and connection.method in IDEMPOTENT
        if not stale:
            waiting.set_result(reply)
            return
        self.stale += 1
        self._open += 1
        again = self._unusual(connection.method, connection.wire, connection.began, connection.whole, placed=True)
        task = asyncio.ensure_future(again)
        self._again.add(task)
        task.add_done_callback(partial(self._sent_again, waiting, reply))

    def _sent_again(self, waiting: "asyncio.Future[Reply]", first: Reply, task: "asyncio.Task[Reply]") -> None:
        """Whoever is not there the second time may still have done what it was sent first: that is no refusal."""
        self._again.discard(task)
        if waiting.done() or task.cancelled():
            return
        if (defect := task.exception()) is not None:
            waiting.set_exception(defect)
        else:
            second = task.result()
            waiting.set_result(first if second.error in NOT_SENT else second)

    def _leave(self) -> None:
        """Leave the place of a connection to the call that has waited longest, unless more are taken than there may be."""
        if self._open > self.options.connections or not self._hand(None):
            self._open -= 1

    def _hand(self, given: Connection | None) -> bool:
        """Give a connection, or the place of one, to the call that has waited longest; False where none waits."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(given)
                return True
        return False

    def _pass_on(self, given: Connection | None) -> None:
        """Give what comes too late for one call to the next; a connection that died meanwhile has left its place itself."""
        if given is None:
            self._leave()
        elif given.reusable:
            self._lend(given)

    def _speaker(self, protocol: str) -> "Speaker":
        """Return the client of another protocol; its library is imported only by those who ask for it."""
        if protocol not in self._speakers:
            self._speakers[protocol] = speaker(protocol, self.origin, self.options)
        return self._speakers[protocol]

    async def _dressed(
        self, method: str, path: str, headers: Mapping[str, str] | None, body: bytes, timeout: float
    ) -> Reply:
        """Send with the headers that the options ask for, and keep the cookies of the answer."""
        sent = dict(headers or {})
        if self.options.compressed:
            sent.setdefault("Accept-Encoding", content.accepted())
        if self.cookies and (kept := self.cookies.header(path, secure=self.origin.tls is not None)):
            sent["Cookie"] = f"{sent['Cookie']}; {kept}" if "Cookie" in sent else kept
        reply = self.decoded(await self.exchange(method, self.origin.wire(method, path, sent, body), timeout))
        if self.cookies is not None and (lines := reply.headers.get("set-cookie")):
            self.cookies.keep(lines.split("\n"), path)
        return reply

    def _location(self, last: "HttpClient", path: str, target: str) -> tuple["HttpClient", str]:
        """Return the client and the path of a redirect that ``last`` was given, which may lead to another origin.

        ValueError where it leads nowhere that HTTP reaches.
        """
        from urllib.parse import urljoin, urlsplit

        parts = urlsplit(urljoin(f"{last.origin.address}{path}", target))
        if parts.scheme not in ("http", "https"):
            raise ValueError(f"a redirect to {parts.scheme!r}; right would be http or https")
        found = f"{parts.scheme}://{parts.netloc}"
        place = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if f"{found}{place}".startswith(f"{self.origin.address}/"):
            return self, place.removeprefix(self.origin.prefix)
        if found not in self._elsewhere:
            verify = self.origin.tls is None or self.origin.tls.verify_mode != ssl.CERT_NONE
            self._elsewhere[found] = HttpClient(found, self.options, self.watch, verify=verify)
        return self._elsewhere[found], place


def kind_of(problem: OSError) -> str:
    """Name why no connection came about."""
    if isinstance(problem, ConnectionRefusedError):
        return "refused"
    if isinstance(problem, gaierror):
        return "dns"
    if isinstance(problem, ssl.SSLError):
        return "tls"
    return "reset" if isinstance(problem, ConnectionError) else "unreachable"

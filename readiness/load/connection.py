"""One HTTP/1.1 connection: writes a request, collects its answer, and names what went wrong instead of raising."""

import asyncio
import math
from collections.abc import Callable
from time import monotonic

import httptools

from readiness.exchange import parse_headers
from readiness.load.watch import Watch

HEAD_END = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """Carries one exchange at a time; the answer's parts stay readable until the next one begins.

    The head is kept as bytes and not read header by header, and body parts go straight into a list: of the calls of a load phase
    few need more than status and body, and this keeps the parser's callbacks at two per answer.
    """

    def __init__(self, watch: Watch, limit: int, lost: Callable[["Connection"], None]) -> None:
        self.status = 0
        self.raw = b""
        """The answer as it came, from its status line to the end of the piece in which its head ended."""
        self.parts: list[bytes] = []
        self.ended = 0.0
        self.reusable = True
        self.deadline = math.inf
        self.unasked = 0
        """Bytes that came without a request, or after an answer's end."""
        self.on_body = self.parts.append
        self._watch, self._limit, self._lost = watch, limit, lost
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[str] | None = None
        self._started, self._complete, self._head_only, self._size = 0, False, False, 0
        self._whole, self._first_byte, self._paused = math.inf, math.inf, False
        self._parser = httptools.HttpResponseParser(self)
        self._loop = asyncio.get_running_loop()

    def send(
        self, wire: bytes, deadline: float, *, head_only: bool = False, first_byte: float = math.inf
    ) -> asyncio.Future[str]:
        """Write the request; the future gives "" once a whole answer is here, else the kind of failure.

        ``deadline`` bounds the whole exchange and ``first_byte`` the wait for the answer's beginning (both ``time.monotonic``).
        """
        self.status, self.raw, self._size = 0, b"", 0
        self._started, self._complete, self._head_only = 0, False, head_only
        self.parts.clear()
        self.deadline = self._whole = deadline
        if first_byte < deadline:
            self.deadline = self._first_byte = first_byte
        if self.deadline < self._watch.next:
            self._watch.by(self.deadline)
        self._waiting = waiting = self._loop.create_future()
        transport = self._transport
        if transport is None or not self.reusable:
            waiting.set_result("closed")
        else:
            transport.write(wire)
        return waiting

    def abort(self) -> None:
        """End the connection at once."""
        self.reusable = False
        self._watch.forget(self)
        if self._transport is not None:
            self._transport.abort()

    def expire(self) -> None:
        """The deadline has passed: say in which phase."""
        early = self.deadline < self._whole
        self._fail("send timeout" if self._paused else "first byte timeout" if early else "timeout")

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's
        self._watch.watched.add(self)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:
            self._discard(len(data))
            return
        self._size += len(data)
        if not self.raw:
            self.raw = data
            self.deadline = self._whole
        elif HEAD_END not in self.raw:
            self.raw += data
        if self._head_only:
            self._read_head()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._broken(error, len(data))
            return
        if self._complete:
            if self._started > 1:
                self._discard(1)
            self._finish("")
        elif self._size > self._limit:
            self._fail("too large")

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        self._watch.forget(self)
        if self._waiting is not None:
            self._finish(self._why_lost(exc))
        self._lost(self)

    # httptools

    def on_message_begin(self) -> None:
        self._started += 1

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200:
            if not self._complete:
                self.status = status
                self.reusable = self._parser.should_keep_alive()
            self._complete = True
        else:  # an interim answer: the real one follows, maybe in the same piece
            self._started -= 1
            self.raw = self.raw.partition(HEAD_END)[2]

    # the end of an exchange

    def _finish(self, error: str) -> None:
        self.ended = monotonic()
        self.deadline = self._first_byte = math.inf
        waiting, self._waiting = self._waiting, None
        if self._size > self._limit and not error:
            error = "too large"
        if waiting is not None and not waiting.done():
            waiting.set_result(error)

    def _fail(self, error: str) -> None:
        if not self.status:
            self.status = _status_of(self.raw)
        self._finish(error)
        self.abort()

    def _discard(self, size: int) -> None:
        """Bytes that nobody asked for: what follows on this connection could be taken for another's answer."""
        self.unasked += size
        self.reusable = False
        if self._waiting is None:
            self.abort()

    def _broken(self, error: Exception, size: int) -> None:
        if self._complete or isinstance(error, httptools.HttpParserUpgrade):
            self.unasked += 0 if not self._complete else size
            self.reusable = False
            self.status = self.status or self._parser.get_status_code()
            self._finish("")
        else:
            self._fail("malformed")

    def _read_head(self) -> None:
        """End an exchange whose answer has no body whatever its length says, which no parser can know."""
        while HEAD_END in self.raw:
            head, _, rest = self.raw.partition(HEAD_END)
            parser = httptools.HttpResponseParser(object())
            try:
                parser.feed_data(head + HEAD_END)
            except httptools.HttpParserError:
                self._fail("malformed")
                return
            self.status = parser.get_status_code()
            if self.status >= 200:
                self.reusable = parser.should_keep_alive()
                if rest:
                    self._discard(len(rest))
                self._finish("")
                return
            self.raw = rest
        if self._size > self._limit:
            self._fail("too large")

    def _why_lost(self, exc: Exception | None) -> str:
        if not self.raw:
            return "reset" if isinstance(exc, ConnectionError) else "closed"
        self.status = _status_of(self.raw)
        headers = parse_headers(self.raw) if HEAD_END in self.raw else None
        lasts_until_the_end = headers is not None and not {"content-length", "transfer-encoding"} & headers.keys()
        return "" if lasts_until_the_end and exc is None and self.status >= 200 else "truncated"


def _status_of(raw: bytes) -> int:
    """Return the status of an answer that did not end, 0 where not even its first line is whole."""
    words = raw.lstrip(b"\r\n").split(None, 2)
    whole = len(words) > 1 and b"\r\n" in raw and words[0].startswith(b"HTTP/") and words[1].isdigit()
    return int(words[1]) if whole else 0

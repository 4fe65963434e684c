"""One HTTP/1.1 connection: writes a request, collects its answer, and names what went wrong instead of raising."""

import asyncio
import math
from collections.abc import Callable
from time import monotonic
from typing import Protocol

import httptools

from readiness.exchange import Reply, parse_headers
from readiness.load.watch import Watch

HEAD_END = b"\r\n\r\n"
LONGEST_PAUSE = 1024
"""Most answers that are parsed before another head is kept in case it comes again."""


class Pool(Protocol):
    """Who lends connections out."""

    free: Callable[["Connection"], None]
    """It may be lent again."""

    def withdraw(self, connection: "Connection") -> None:
        """It must not be lent any more, though it was free a moment ago."""

    def lost(self, connection: "Connection") -> None:
        """It is closed."""

    def failed(self, connection: "Connection", waiting: "asyncio.Future[Reply]", reply: Reply) -> None:
        """Its exchange failed: set the reply, or send again elsewhere."""


class Connection(asyncio.Protocol):
    """Carries one exchange at a time.

    The head is kept as bytes and not read header by header, body parts go straight into a list, and a message may begin only
    while ``turns`` holds one: the two commonest callbacks of the parser stay in C, and a call costs a single future. A head that
    is byte for byte one that was parsed before says the same status and length again: such an answer needs no parser.
    """

    __slots__ = (
        "_feed", "_free", "_future", "_head_only", "_known_head", "_known_size", "_known_status", "_learned_at", "_limit",
        "_parsed", "_parser", "_parts", "_pause", "_paused", "_pool", "_raw", "_size", "_transport", "_turns", "_untouched",
        "_waiting", "_watch", "answered", "began", "deadline", "method", "on_body", "on_message_begin", "reusable", "unasked",
        "whole", "wire",
    )  # fmt: skip
    # Python reads the attributes of an instance without slots quickly only up to thirty

    def __init__(self, watch: Watch, limit: int, pool: Pool) -> None:
        self.reusable = True
        self.deadline = math.inf
        self.answered = 0
        """Whole answers so far."""
        self.unasked = 0
        """Bytes that came without a request, or after an answer's end."""
        self.method, self.wire, self.began, self.whole = "", b"", 0.0, math.inf
        """The exchange under way: its request, when it began and when it must be over (``time.monotonic``)."""
        self._parts: list[bytes] = []
        self.on_body = self._parts.append
        self._turns: list[None] = []
        self.on_message_begin = self._turns.pop
        self._watch, self._limit, self._pool = watch, limit, pool
        self._free = pool.free
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._untouched = False
        """Whether an answer is due of which nothing has come."""
        self._known_status, self._known_head, self._known_size = 0, b"", -1
        """A head that may come again, and the size of its whole answer; -1: none."""
        self._pause, self._parsed, self._learned_at = 1, 0, 0
        self._raw, self._size = b"", 0
        self._head_only, self._paused = False, False
        self._parser = httptools.HttpResponseParser(self)
        self._feed = self._parser.feed_data
        self._future = asyncio.get_running_loop().create_future

    def send(self, method: str, wire: bytes, began: float, deadline: float) -> "asyncio.Future[Reply]":
        """Write the request; the future gives the reply, whose ``error`` names a failure. Times as of ``time.monotonic``."""
        self.method, self.wire, self.began = method, wire, began
        self._raw = b""
        self._size = 0
        self._untouched = True
        self.deadline = self.whole = deadline
        if deadline < self._watch.next:
            self._watch.by(deadline)
        self._waiting = waiting = self._future()
        if self.reusable:
            self._transport.write(wire)  # type: ignore[union-attr]  # reusable only while connected
        else:
            self._finish("closed")
        return waiting

    def send_specially(
        self, method: str, wire: bytes, began: float, deadline: float, first_byte: float
    ) -> "asyncio.Future[Reply]":
        """Send where the answer has no body whatever its head says (HEAD), or its first byte is due before the rest."""
        waiting = self.send(method, wire, began, deadline)
        self._head_only = method == "HEAD"
        self._untouched = not self._head_only
        if first_byte < deadline:
            self.deadline = first_byte
            if first_byte < self._watch.next:
                self._watch.by(first_byte)
        return waiting

    def abort(self) -> None:
        """End the connection at once."""
        self.reusable = False
        self._watch.forget(self)
        if self._transport is not None:
            self._transport.abort()

    def expire(self) -> None:
        """The deadline has passed: say in which phase."""
        early = self.deadline < self.whole
        self._finish("send timeout" if self._paused else "first byte timeout" if early else "timeout")

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's
        self._watch.watched.add(self)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False

    def data_received(self, data: bytes) -> None:
        if self._untouched and len(data) == self._known_size and data.startswith(self._known_head):
            self._untouched = False
            head = self._known_head
            self._succeed(self._known_status, head, data[len(head) :])
            self._free(self)
            return
        self._untouched = False
        self._size += len(data)
        if not self._raw:
            self._raw = data
            self.deadline = self.whole
            if self._waiting is not None:
                self._turns.append(None)
        elif HEAD_END not in self._raw:
            self._raw += data
        if self._size > self._limit:
            self._finish("too large")
        elif self._head_only:
            self._read_head()
        else:
            try:
                self._feed(data)
            except httptools.HttpParserError as error:
                self._broken(error, len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        self._watch.forget(self)
        if self._waiting is not None:
            self._finish(self._why_lost(exc))
        self._pool.lost(self)

    # httptools

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # an interim answer: the real one follows, maybe in the same piece
            self._turns.append(None)
            self._raw = self._raw.partition(HEAD_END)[2]
            return
        parts = self._parts
        if len(parts) == 1:
            body = parts.pop()
        else:
            body = b"".join(parts)
            parts.clear()
        self._succeed(status, self._raw, body)
        if self._parser.should_keep_alive():
            self._known_size = -1
            self._parsed += 1
            if self._parsed >= self._pause:
                self._learn(status, len(body))
            self._free(self)
        else:
            self.abort()

    def _succeed(self, status: int, raw: bytes, body: bytes) -> None:
        """Hand a whole answer over."""
        self.deadline = math.inf
        self.answered += 1
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(Reply(status, raw, body, monotonic() - self.began))

    def _learn(self, status: int, size: int) -> None:
        """Keep the head of an answer that came alone and whole; try ever more seldom where none comes again."""
        again = self.answered - self._learned_at - self._parsed
        self._pause = 1 if again > self._parsed else min(2 * self._pause, LONGEST_PAUSE)
        self._parsed, self._learned_at = 0, self.answered
        if self._size == len(self._raw) and (head := head_before(self._raw, size)):
            self._known_status, self._known_head, self._known_size = status, head, self._size

    # the end of an exchange that is not the usual one

    def _finish(self, error: str, status: int = 0) -> None:
        """End the exchange with what there is; a connection whose exchange ended so is not used again."""
        ended = monotonic()
        self.deadline = math.inf
        self.abort()
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            return
        status = status or _status_of(self._raw)
        reply = Reply(status, self._raw, b"".join(self._parts), ended - self.began, error)
        if error:
            self._pool.failed(self, waiting, reply)
        else:
            waiting.set_result(reply)

    def _discard(self, size: int) -> None:
        """Bytes that nobody asked for: what follows on this connection could be taken for another's answer."""
        self.unasked += size
        self._pool.withdraw(self)
        self.abort()

    def _broken(self, error: Exception, size: int) -> None:
        if self._waiting is None:  # the answer was whole, or nobody asked
            self._discard(size)
        else:
            self._finish("" if isinstance(error, httptools.HttpParserUpgrade) else "malformed")

    def _read_head(self) -> None:
        """End an exchange whose answer has no body whatever its length says, which no parser can know."""
        while HEAD_END in self._raw:
            head, _, rest = self._raw.partition(HEAD_END)
            parser = httptools.HttpResponseParser(object())
            try:
                parser.feed_data(head + HEAD_END)
            except httptools.HttpParserError:
                self._finish("malformed")
                return
            if parser.get_status_code() >= 200:
                self._turns.clear()
                self._head_only = False
                self._answer_head(parser.get_status_code(), keep=parser.should_keep_alive() and not rest)
                if rest:
                    self._discard(len(rest))
                return
            self._raw = rest

    def _answer_head(self, status: int, *, keep: bool) -> None:
        if not keep:
            self._finish("", status)
            return
        self._succeed(status, self._raw, b"")
        self._free(self)

    def _why_lost(self, exc: Exception | None) -> str:
        if not self._raw:
            return "reset" if isinstance(exc, ConnectionError) else "closed"
        headers = parse_headers(self._raw) if HEAD_END in self._raw else None
        lasts_until_the_end = headers is not None and not {"content-length", "transfer-encoding"} & headers.keys()
        return "" if lasts_until_the_end and exc is None and _status_of(self._raw) >= 200 else "truncated"


def head_before(raw: bytes, size: int) -> bytes:
    """Return the head of an answer that is ``size`` bytes of body after it and ends there because it says so; else nothing."""
    end = raw.find(HEAD_END) + len(HEAD_END)
    if end != len(raw) - size:
        return b""
    headers = parse_headers(raw)
    plain = headers.get("content-length") == str(size) and "transfer-encoding" not in headers
    return raw[:end] if plain else b""


def _status_of(raw: bytes) -> int:
    """Return the status of an answer that did not end, 0 where not even its first line is whole."""
    words = raw.lstrip(b"\r\n").split(None, 2)
    whole = len(words) > 1 and b"\r\n" in raw and words[0].startswith(b"HTTP/") and words[1].isdigit()
    return int(words[1]) if whole else 0

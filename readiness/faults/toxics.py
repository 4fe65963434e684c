"""What can go wrong between a service and its dependency; a toxic counts what it really did to whom."""

import asyncio
import random
import time
from collections import Counter
from typing import Any, ClassVar

from readiness.errors import UsageError
from readiness.faults.link import Board, Chunk, Link, Send

PIECES_PER_SECOND = 20
"""A narrow line is fed in pieces of a twentieth of a second, so that it flows and does not stutter."""


class Toxic:
    """A fault on one proxy: does nothing by itself, counts for those that do."""

    kind: ClassVar[str]

    def __init__(self, board: Board) -> None:
        self.name = f"{self.kind} on {board.name}"
        self._board = board
        self._counts: Counter[str] = Counter()
        self._waited = 0.0
        self._hit: set[Link] = set()
        self._began: float | None = None
        self._seconds = 0.0
        self._over = asyncio.Event()

    @property
    def armed(self) -> bool:
        """Whether it acts now."""
        return self in self._board.armed

    async def arm(self) -> None:
        """Begin, on connections that exist and on those to come; the witness begins anew."""
        if self.armed:
            return
        self._counts.clear()
        self._hit.clear()
        self._waited = self._seconds = 0.0
        self._over = asyncio.Event()
        self._began = time.monotonic()
        self._board.armed.append(self)
        self.strike()

    async def disarm(self) -> None:
        """End; what waits goes on at once."""
        if not self.armed:
            return
        self._board.armed.remove(self)
        self._seconds = self._elapsed()
        self._began = None
        self.release()
        self._over.set()

    def witness(self) -> dict[str, Any]:
        """Return what it did since it was armed; empty when it met no connection."""
        if not self._hit:
            return {}
        waited = {"delay_seconds": round(self._waited, 6)} if self._waited else {}
        hits = {"connections_hit": len(self._hit), "seconds": round(self._elapsed() or self._seconds, 6)}
        return {**self._counts, **waited, **hits}

    def strike(self) -> None:
        """Act on connections that exist when it is armed."""

    def release(self) -> None:
        """Undo what it did to connections when it is disarmed."""

    def accepted(self, link: Link) -> None:
        """Act on a new connection before the dependency is called."""

    async def forward(self, _link: Link, chunk: Chunk, send: Send, /) -> None:
        """Act on bytes; by default they go on."""
        await send(chunk)

    async def ending(self) -> None:
        """Act on the end of a direction; by default it goes on."""

    def count(self, link: Link, **amounts: int) -> None:
        """Note what was done to a connection, here and in the proxy's counters."""
        self._hit.add(link)
        self._counts.update(amounts)
        self._board.count(**amounts)

    async def rest(self, seconds: float) -> None:
        """Wait, but not longer than it is armed."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            pass
        finally:
            self._waited += time.monotonic() - began

    def _elapsed(self) -> float:
        return 0.0 if self._began is None else time.monotonic() - self._began


class Latency(Toxic):
    """A reply arrives later by ``seconds`` plus or minus ``jitter``: one round trip costs that much more."""

    kind = "latency"

    def __init__(self, board: Board, *, seconds: float = 1.0, jitter: float = 0.0) -> None:
        super().__init__(board)
        self._delay, self._jitter = seconds, jitter
        self._random = random.Random(self.name)

    async def forward(self, link: Link, chunk: Chunk, send: Send, /) -> None:
        """Hold the chunk until its time; those behind it wait at the same time, not one after the other."""
        if not chunk.up:
            due = chunk.arrived + self._delay + self._random.uniform(-self._jitter, self._jitter)
            if (left := due - asyncio.get_running_loop().time()) > 0:
                self.count(link, delayed_chunks=1)
                await self.rest(left)
        await send(chunk)


class Jitter(Latency):
    """A reply arrives later by anything between nothing and ``seconds``, each time anew."""

    kind = "jitter"

    def __init__(self, board: Board, *, seconds: float = 1.0) -> None:
        super().__init__(board, seconds=seconds / 2, jitter=seconds / 2)


class Bandwidth(Toxic):
    """Each direction of each connection carries at most ``bytes_per_second``."""

    kind = "bandwidth"

    def __init__(self, board: Board, *, bytes_per_second: float = 1024.0) -> None:
        super().__init__(board)
        self._rate = at_least(1, bytes_per_second=bytes_per_second)

    async def forward(self, link: Link, chunk: Chunk, send: Send, /) -> None:
        """Send as much as fits, then wait as long as it takes."""
        size = max(1, int(self._rate / PIECES_PER_SECOND))
        for piece in pieces(chunk, size):
            self.count(link, slowed_bytes=len(piece.data))
            await self.rest(len(piece.data) / self._rate)
            await send(piece)


class Slicer(Toxic):
    """Bytes arrive in segments of ``size``, ``delay`` seconds apart: framing mistakes show."""

    kind = "slicer"

    def __init__(self, board: Board, *, size: float = 1, delay: float = 0.0) -> None:
        super().__init__(board)
        self._size = int(at_least(1, size=size))
        self._delay = delay

    async def forward(self, link: Link, chunk: Chunk, send: Send, /) -> None:
        """Send piece by piece; without a delay the loop still gets its turn, so that they leave one by one."""
        for piece in pieces(chunk, self._size):
            self.count(link, slices=1)
            await send(piece)
            await self.rest(self._delay)


class Refuse(Toxic):
    """The dependency is down: connections are cut with RST, those that exist and those that are tried."""

    kind = "refuse"

    def strike(self) -> None:
        """Cut what exists."""
        for link in tuple(self._board.links):
            if link.cut(reset=True):
                self.count(link, cut_connections=1)

    def accepted(self, link: Link) -> None:
        """Turn it away."""
        if link.cut(reset=True):
            self.count(link, refused=1)


class Reset(Toxic):
    """A connection breaks with RST as soon as bytes are under way on it, in either direction."""

    kind = "reset"

    async def forward(self, link: Link, chunk: Chunk, _send: Send, /) -> None:
        """Break it; the bytes are lost."""
        if link.cut(reset=True):
            self.count(link, reset_connections=1, swallowed_bytes=len(chunk.data))


class ResetAfterRequest(Toxic):
    """A request gets through and its reply does not: committed, but unanswered.

    A reply is cut once ``request_bytes`` were forwarded on its connection since the toxic was armed.
    """

    kind = "reset_after_request"

    def __init__(self, board: Board, *, request_bytes: float = 1) -> None:
        super().__init__(board)
        self._needed = int(at_least(1, request_bytes=request_bytes))
        self._forwarded: Counter[Link] = Counter()

    def strike(self) -> None:
        """Count requests from now on."""
        self._forwarded.clear()

    async def forward(self, link: Link, chunk: Chunk, send: Send, /) -> None:
        """Let the request through, cut the reply."""
        if not chunk.up and self._forwarded[link] >= self._needed:
            if link.cut(reset=True):
                self.count(link, replies_cut=1, request_bytes=self._forwarded[link], swallowed_bytes=len(chunk.data))
            return
        if chunk.up:
            self._forwarded[link] += len(chunk.data)
        await send(chunk)


class BlackHole(Toxic):
    """Silence: bytes and ends of both directions vanish, sockets stay. What has lost bytes is reset at the end."""

    kind = "black_hole"

    async def forward(self, link: Link, chunk: Chunk, _send: Send, /) -> None:
        """Swallow it."""
        self.count(link, swallowed_bytes=len(chunk.data))

    async def ending(self) -> None:
        """Keep the other side in ignorance."""
        await self._over.wait()

    def release(self) -> None:
        """Reset connections with a hole in their bytes: they must not be used on."""
        for link in self._hit:
            link.cut(reset=True)


class HalfOpen(BlackHole):
    """The dependency has left without a word: its connection is closed, the client's stays and is silent."""

    kind = "half_open"

    def strike(self) -> None:
        """Close the dependency's side of what exists."""
        for link in tuple(self._board.links):
            self.accepted(link)
            link.drop_upstream()

    def accepted(self, link: Link) -> None:
        """Accept for nobody."""
        if not link.ended:
            self.count(link, half_opened=1)
            link.deaf = True


class Cut(Toxic):
    """A connection is closed (FIN) when ``after_bytes`` of a reply were forwarded and more of it follows."""

    kind = "cut"

    def __init__(self, board: Board, *, after_bytes: float = 1) -> None:
        super().__init__(board)
        self._limit = int(after_bytes)
        self._forwarded: Counter[Link] = Counter()

    def strike(self) -> None:
        """Count from now on."""
        self._forwarded.clear()

    async def forward(self, link: Link, chunk: Chunk, send: Send, /) -> None:
        """Forward what is within the limit; a request begins a new reply."""
        if chunk.up:
            self._forwarded[link] = 0
            await send(chunk)
            return
        left = self._limit - self._forwarded[link]
        self._forwarded[link] += len(chunk.data)
        if left > 0:
            await send(chunk._replace(data=chunk.data[:left]))
        if len(chunk.data) > left and link.cut(reset=False):
            self.count(link, cut_connections=1, swallowed_bytes=len(chunk.data) - max(0, left))


class FailFirst(Toxic):
    """The first ``k`` attempts get RST, then all is well: new connections, or bytes on those that exist."""

    kind = "fail_first"

    def __init__(self, board: Board, *, k: float = 1) -> None:
        super().__init__(board)
        self._k = self._left = int(at_least(1, k=k))

    def strike(self) -> None:
        """Begin to count."""
        self._left = self._k

    def accepted(self, link: Link) -> None:
        """Turn the first ones away."""
        self._fail(link)

    async def forward(self, link: Link, chunk: Chunk, send: Send, /) -> None:
        """Break connections that were there before."""
        if chunk.up:
            self._fail(link)
        await send(chunk)

    def _fail(self, link: Link) -> None:
        if self._left and link.cut(reset=True):
            self._left -= 1
            self.count(link, failed_attempts=1)


def pieces(chunk: Chunk, size: int) -> list[Chunk]:
    """Return the chunk in pieces of at most ``size`` bytes."""
    return [chunk._replace(data=chunk.data[start : start + size]) for start in range(0, len(chunk.data), size)]


def at_least(lowest: float, **option: float) -> float:
    """Return the one option's value, or refuse it."""
    ((name, value),) = option.items()
    if value < lowest:
        raise UsageError(f"{name} is {value:g}; it must be at least {lowest:g}")
    return value

"""Answers of a dependency that are none: noise in place of a reply, a body of other bytes, far more than was asked for.

All of them are made of one mark, which is no text and no JSON, so that whoever hands it on can be told from its reply.
"""

from typing import Literal

from readiness.faults.link import Board, Chunk, Link, Send
from readiness.faults.toxics import Toxic, at_least

MARK = b"\xff\x00n0-answer "
WORD = b"n0-answer"
"""What is left of the mark where somebody has escaped or decoded it."""
HEAD_BEGIN, HEAD_END = b"HTTP/1.", b"\r\n\r\n"
PIECE_BYTES = 65536

Garbage = Literal["none", "part", "whole"]


def garbage(size: int) -> bytes:
    """Return so many bytes of it."""
    return (MARK * (size // len(MARK) + 1))[:size]


def garbage_in(body: bytes) -> Garbage:
    """Whether a reply holds any of it: ``whole`` is one that begins with it, as a relay would hand it on."""
    if WORD not in body:
        return "none"
    return "whole" if body.startswith(MARK) else "part"


class Noise(Toxic):
    """A reply is replaced by as many bytes that mean nothing in any protocol, and the connection is closed (FIN)."""

    kind = "noise"

    async def forward(self, link: Link, chunk: Chunk, send: Send, /) -> None:
        """Let the request through, replace the reply."""
        if chunk.up:
            await send(chunk)
            return
        self.count(link, replaced_bytes=len(chunk.data))
        await send(chunk._replace(data=garbage(len(chunk.data))))
        link.cut(reset=False)


class WrongBody(Toxic):
    """The head of an HTTP/1 reply is left as it is, and its body consists of other bytes, as many. Other protocols pass."""

    kind = "wrong_body"

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._heads: dict[Link, bytes] = {}
        self._bodies: set[Link] = set()

    def strike(self) -> None:
        """Replies that are under way pass."""
        self._heads.clear()
        self._bodies.clear()

    async def forward(self, link: Link, chunk: Chunk, send: Send, /) -> None:
        """Replace what comes after the head; a request begins a new reply."""
        kept = len(chunk.data)
        if chunk.up:
            self._heads.pop(link, None)
            self._bodies.discard(link)
        elif link in self._bodies:
            kept = 0
        elif link in self._heads or chunk.data.startswith(HEAD_BEGIN):
            kept = self._head_ends(link, chunk.data)
        if replaced := len(chunk.data) - kept:
            self.count(link, replaced_bytes=replaced)
        await send(chunk._replace(data=chunk.data[:kept] + garbage(replaced)))

    def _head_ends(self, link: Link, data: bytes) -> int:
        """How many bytes of these belong to the head, which may end in the middle of its four last ones."""
        before = self._heads.pop(link, b"")
        _, end, body = (before + data).partition(HEAD_END)
        if not end:
            self._heads[link] = (before + data)[-len(HEAD_END) + 1 :]
            return len(data)
        self._bodies.add(link)
        return len(data) - len(body)


class Flood(Toxic):
    """An HTTP/1 reply is replaced by one of ``size`` bytes, sent as fast as they are taken. Other protocols pass."""

    kind = "flood"

    def __init__(self, board: Board, *, size: float = 32 * 1024 * 1024) -> None:
        super().__init__(board)
        self._size = int(at_least(1, size=size))

    async def forward(self, link: Link, chunk: Chunk, send: Send, /) -> None:
        """Send the flood in place of the reply, as long as somebody takes it, and close the connection."""
        if chunk.up or not chunk.data.startswith(HEAD_BEGIN):
            await send(chunk)
            return
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {self._size}\r\n\r\n"
        await send(chunk._replace(data=head.encode()))
        left = self._size
        while left and self.armed and not link.ended:
            piece = garbage(min(left, PIECE_BYTES))
            left -= len(piece)
            self.count(link, flood_bytes=len(piece))
            await send(chunk._replace(data=piece))
        link.cut(reset=False)

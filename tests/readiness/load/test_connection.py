"""A connection reads an answer alike, whether it knows the head from an answer before or not."""

import asyncio
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.load import connection as module
from readiness.load.connection import Connection, head_before
from readiness.load.watch import Watch


def answer(*headers: str, status: str = "200 OK", body: bytes = b"") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


ANSWERS = (
    answer("Content-Length: 2", body=b"ab"),
    answer("Content-Length: 2", body=b"cd"),
    answer("Content-Length: 0"),
    answer("Content-Length: 6", body=b"\r\n\r\nab"),
    answer("Content-Length: 2", status="503 No", body=b"no"),
    answer("Content-Length: 2", "Connection: close", body=b"ab"),
    answer("Content-Length: 2", status="304 Not Modified"),
    answer(status="204 No Content"),
    answer("Transfer-Encoding: chunked", body=b"2\r\nab\r\n0\r\n\r\n"),
    answer(status="100 Continue") + answer("Content-Length: 2", body=b"ab"),
    answer("Content-Length: 2", body=b"abGARBAGE"),
    answer("Content-Length: x", body=b"ab"),
)
WHOLE = ANSWERS[0]


class Transport:
    """Keeps nothing, and can be asked whether it was ended."""

    def __init__(self) -> None:
        self.ended = False

    def write(self, data: bytes) -> None:
        pass

    def abort(self) -> None:
        self.ended = True


class Pool:
    """Takes what comes back."""

    def __init__(self) -> None:
        self.lent: list[Connection] = []
        self.free = self.lent.append

    def withdraw(self, connection: Connection) -> None:
        if connection in self.lent:
            self.lent.remove(connection)

    def lost(self, connection: Connection) -> None:
        pass

    def failed(self, connection: Connection, waiting: "asyncio.Future[Any]", reply: Any) -> None:
        waiting.set_result(reply)


class Client:
    """One connection without a network."""

    def __init__(self) -> None:
        self.pool, self.transport = Pool(), Transport()
        self.connection = Connection(Watch(), 10_000, self.pool)
        self.connection.connection_made(self.transport)  # type: ignore[arg-type]

    def ask(self, pieces: list[bytes], method: str = "GET") -> tuple[object, ...]:
        """Send a request, hand the pieces over, and say all that can be seen of it."""
        self.pool.lent.clear()
        waiting = self.connection.send_specially(method, b"", 0.0, math.inf, math.inf)
        for piece in pieces:
            self.connection.data_received(piece)
        if not waiting.done():
            self.connection.connection_lost(None)
        reply = waiting.result()
        seen = (reply.status, dict(reply.headers), reply.body, reply.error)
        return *seen, len(self.pool.lent), self.connection.reusable, self.connection.unasked, self.transport.ended


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the pieces that the parser was given."""
    sizes: list[int] = []

    class Parser(module.httptools.HttpResponseParser):  # type: ignore[misc]
        def feed_data(self, data: bytes) -> None:
            sizes.append(len(data))
            super().feed_data(data)

    monkeypatch.setattr(module.httptools, "HttpResponseParser", Parser)
    return sizes


def cut(data: bytes, at: int) -> list[bytes]:
    return [piece for piece in (data[:at], data[at:]) if piece]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(
        st.tuples(st.sampled_from(ANSWERS), st.sampled_from([0, 0, 0, 5, 30, 40]), st.sampled_from(["GET"] * 4 + ["HEAD"])),
        min_size=2, max_size=12,
    )
)  # fmt: skip
def test_what_came_before_changes_no_answer(exchanges: list[tuple[bytes, int, str]]) -> None:
    async def run() -> None:
        kept = Client()
        for data, at, method in exchanges:
            pieces = cut(data, at)
            found, right = kept.ask(pieces, method), Client().ask(pieces, method)
            assert found == right, f"{method} answered by {pieces}: {found}, on a new connection {right}"
            if not kept.connection.reusable:
                kept = Client()

    asyncio.run(run())


def test_a_head_that_comes_again_needs_no_parser(parsed: list[int]) -> None:
    async def run() -> None:
        client = Client()
        for _ in range(10):
            assert client.ask([WHOLE])[2] == b"ab"

    asyncio.run(run())
    assert parsed == [len(WHOLE)]


def test_heads_that_never_come_again_are_tried_ever_more_seldom(
    parsed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bytes] = []

    def trying(raw: bytes, size: int) -> bytes:
        tried.append(raw)
        return head_before(raw, size)

    monkeypatch.setattr(module, "head_before", trying)

    async def run() -> None:
        client = Client()
        for number in range(1000):
            client.ask([answer("Content-Length: 2", f"X-Request: {number:05}", body=b"ab")])

    asyncio.run(run())
    assert len(parsed) == 1000
    assert len(tried) < 15


def test_bytes_that_nobody_asked_for_are_no_answer_even_with_a_known_head() -> None:
    async def run() -> None:
        client = Client()
        client.ask([WHOLE])
        client.ask([WHOLE])
        client.connection.data_received(WHOLE)
        assert client.connection.unasked == len(WHOLE)
        assert not client.pool.lent
        assert client.transport.ended

    asyncio.run(run())


@pytest.mark.parametrize(
    ("raw", "size", "right"),
    [
        (WHOLE, 2, WHOLE[:-2]),
        (answer("Content-Length: 0"), 0, answer("Content-Length: 0")),
        (answer("Content-Length: 2", body=b"ab+"), 2, b""),
        (answer("Content-Length: 3", body=b"ab"), 2, b""),
        (answer("Content-Length: 4", body=b"\r\n\r\n"), 0, b""),
        (answer("Content-Length: 2", "Transfer-Encoding: chunked", body=b"ab"), 2, b""),
        (answer(body=b"ab"), 2, b""),
    ],
)
def test_a_head_is_known_only_with_the_length_that_it_states(raw: bytes, size: int, right: bytes) -> None:
    assert head_before(raw, size) == right

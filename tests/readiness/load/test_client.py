"""The client of the measuring path, against a server on loopback that behaves and misbehaves."""

import asyncio
import socket
import struct
from collections.abc import Callable

import pytest

from readiness.exchange import Reply, Request
from readiness.load.client import HttpClient
from tests.readiness.load.serving import Handler, answer, deserted, request_of, serving

GET = Request("GET", "/a", timeout=2.0)


def sending(handler: Handler, *requests: Request) -> tuple[list[Reply], int]:
    """Send the requests one after the other; the replies and how many connections they took."""

    async def drive() -> tuple[list[Reply], int]:
        async with serving(handler) as origin:
            client = HttpClient(origin)
            replies = [await client.send(request) for request in requests]
            await client.close()
            return replies, client.connects

    return asyncio.run(drive())


def always(wire: bytes, then: Callable[[asyncio.StreamWriter], None] | None = None) -> Handler:
    """Answer every request with these bytes; then close, where something is to be done then."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request_of(reader)
            writer.write(wire)
            await writer.drain()
            if then is not None:
                then(writer)
                return

    return handle


def end(writer: asyncio.StreamWriter) -> None:
    writer.close()


def abort(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def test_a_connection_is_kept_and_used_again() -> None:
    replies, connects = sending(always(answer(b"hello")), GET, GET, GET)
    assert [(reply.status, reply.body, reply.error) for reply in replies] == [(200, b"hello", "")] * 3
    assert connects == 1


def test_a_connection_that_is_not_to_be_kept_is_not_used_again() -> None:
    replies, connects = sending(always(answer(b"x", "200 OK", "Connection: close")), GET, GET)
    assert [reply.error for reply in replies] == ["", ""]
    assert connects == 2


def test_calls_at_once_take_connections_of_their_own() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            await asyncio.sleep(0.1)
            writer.write(answer(line.split()[1].encode()))

    async def drive() -> None:
        async with serving(slow) as origin:
            client = HttpClient(origin)
            paths = [f"/{n}" for n in range(5)]
            replies = await asyncio.gather(*(client.send(Request("GET", path)) for path in paths))
            assert [reply.text for reply in replies] == paths, "nobody gets another's answer"
            assert client.connects == 5
            await client.send(GET)
            assert client.connects == 5
            await client.close()

    asyncio.run(drive())


def test_what_goes_over_the_wire() -> None:
    seen = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append(await request_of(reader))
            writer.write(answer(b"", "201 Created", "X-Two: a", "x-two: b"))

    replies, _ = sending(handle, Request("POST", "/p?q=1", {"X-Key": "k"}, b'{"a": 1}'), Request("POST", "/empty"), GET)
    assert [line for line, _, _ in seen] == ["POST /p?q=1 HTTP/1.1", "POST /empty HTTP/1.1", "GET /a HTTP/1.1"]
    assert seen[0][1]["X-Key"] == "k"
    assert seen[0][1]["Host"].startswith("127.0.0.1:")
    assert seen[0][2] == b'{"a": 1}'
    assert seen[1][1]["Content-Length"] == "0"
    assert "Content-Length" not in seen[2][1]
    assert (replies[0].status, replies[0].headers["x-two"]) == (201, "a, b")


def test_chunks_are_put_together() -> None:
    wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    replies, connects = sending(always(wire), GET, GET)
    assert [(reply.body, reply.error) for reply in replies] == [(b"hello world", "")] * 2
    assert connects == 1


def test_an_answer_in_pieces_is_awaited() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        for byte in answer(b"slow"):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.002)

    (reply,), _ = sending(drip, GET)
    assert (reply.body, reply.error) == (b"slow", "")
    assert reply.seconds >= 0.05


def test_a_body_without_a_length_lasts_until_the_end() -> None:
    (reply,), _ = sending(always(b"HTTP/1.1 200 OK\r\n\r\nall of it", end), GET)
    assert (reply.status, reply.body, reply.error) == (200, b"all of it", "")


def test_an_interim_answer_is_not_the_answer() -> None:
    (reply,), _ = sending(always(b"HTTP/1.1 100 Continue\r\n\r\n" + answer(b"real")), GET)
    assert (reply.status, reply.body, reply.error) == (200, b"real", "")


def test_head_has_no_body_whatever_its_length_says() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            wire = answer(b"hello")
            writer.write(wire[: -len(b"hello")] if line.startswith("HEAD") else wire)

    replies, _ = sending(handle, Request("HEAD", "/a", timeout=2.0), GET)
    assert [(reply.status, reply.body, reply.error) for reply in replies] == [(200, b"", ""), (200, b"hello", "")]
    assert replies[0].headers["content-length"] == "5"


def test_refused() -> None:
    async def drive() -> Reply:
        with deserted() as port:
            return await HttpClient(f"http://127.0.0.1:{port}").send(GET)

    reply = asyncio.run(drive())
    assert (reply.status, reply.error) == (0, "refused")


def test_an_address_without_a_way_is_unreachable() -> None:
    async def drive() -> Reply:
        return await HttpClient("http://255.255.255.255:80").send(GET)

    assert asyncio.run(drive()).error == "unreachable"


def test_timeout_and_the_late_answer_reaches_nobody() -> None:
    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            if "/late" in line:
                await asyncio.sleep(4.0)
            writer.write(answer(line.split()[1].encode()))

    replies, connects = sending(late, Request("GET", "/late", timeout=0.15), Request("GET", "/next", timeout=2.0))
    assert (replies[0].status, replies[0].error) == (0, "timeout")
    assert 0.14 <= replies[0].seconds < 2.0
    assert (replies[1].text, replies[1].error) == ("/next", "")
    assert connects == 2


def test_timeout_within_the_body() -> None:
    wire = answer(b"0123456789")[:-5]
    (reply,), _ = sending(always(wire), Request("GET", "/a", timeout=0.15))
    assert reply.error == "timeout"


def test_reset() -> None:
    (reply,), connects = sending(always(b"", abort), GET)
    assert (reply.status, reply.error) == (0, "reset")
    assert connects == 1, "a fresh connection tells the truth: no second try"


@pytest.mark.parametrize("how", [end, abort])
def test_truncated(how: Callable[[asyncio.StreamWriter], None]) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(answer(b"0123456789")[:-4])
        await writer.drain()
        await asyncio.sleep(0.05)
        how(writer)

    (reply,), _ = sending(handle, GET)
    assert (reply.status, reply.body, reply.error) == (200, b"012345", "truncated")


def test_truncated_chunks() -> None:
    wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    (reply,), _ = sending(always(wire, end), GET)
    assert reply.error == "truncated"


@pytest.mark.parametrize("wire", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\x16\x03\x01\x02\x00\x01", b"HTTP/1.1 abc OK\r\n\r\n"])
def test_garbage(wire: bytes) -> None:
    replies, connects = sending(always(wire), GET, GET)
    assert [reply.error for reply in replies] == ["malformed", "malformed"]
    assert connects == 2, "nothing more is expected of such a connection"


@pytest.mark.parametrize(("method", "errors", "connects"), [("GET", ["", ""], 2), ("POST", ["", "closed"], 1)])
def test_only_what_is_safe_is_sent_twice(method: str, errors: list[str], connects: int) -> None:
    """The server ends a kept connection just as the second request arrives on it."""
    accepted = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append(writer)
        await request_of(reader)
        writer.write(answer())
        await request_of(reader)
        if len(accepted) > 1:
            writer.write(answer())

    request = Request(method, "/a", timeout=2.0)
    replies, made = sending(handle, request, request)
    assert [reply.error for reply in replies] == errors
    assert made == connects == len(accepted)

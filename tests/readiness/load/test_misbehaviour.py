"""A server on raw sockets that does everything wrong: each way has its name, is counted, ends in time, and leaks nothing."""

import asyncio
import gc
import os
import shutil
import socket
import ssl
import struct
import subprocess
from pathlib import Path

import pytest

from readiness.exchange import Reply
from readiness.load.client import ClientOptions, HttpClient
from readiness.load.expect import expect, failure
from tests.readiness.load.serving import Handler, answer, request_of, serving


@pytest.fixture(autouse=True, params=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything on the standard event loop and on the one that load runs on."""
    if request.param == "uvloop":
        uvloop = pytest.importorskip("uvloop")
        monkeypatch.setattr(asyncio, "run", uvloop.run)


OPTIONS = ClientOptions(connect=1.0, body_limit=10_000)


def asking(
    handler: Handler, *, count: int = 1, options: ClientOptions = OPTIONS, timeout: float = 0.5, method: str = "GET"
) -> list[Reply]:
    """Ask so many times, one call after the other."""

    async def drive() -> list[Reply]:
        async with serving(handler) as origin:
            client = HttpClient(origin, options)
            replies = [await client.call(method, "/", timeout=timeout) for _ in range(count)]
            await client.close()
            return replies

    return asyncio.run(drive())


def saying(*pieces: bytes, then: str = "close", pause: float = 0.0) -> Handler:
    """Answer the first request of a connection with these pieces; then close, reset, or say nothing more."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        if then == "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        elif then == "wait":
            await asyncio.sleep(30)

    return handle


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
WAYS: dict[str, tuple[Handler, str]] = {
    "closes without a word": (saying(), "closed"),
    "resets without a word": (saying(then="reset"), "reset"),
    "never answers": (saying(then="wait"), "timeout"),
    "stops within the head": (saying(b"HTTP/1.1 200 OK\r\nContent-", then="wait"), "timeout"),
    "closes within the head": (saying(b"HTTP/1.1 200 OK\r\nContent-"), "truncated"),
    "closes within the body": (saying(HEAD + b"01234"), "truncated"),
    "resets within the body": (saying(HEAD + b"01234", then="reset", pause=0.05), "truncated"),
    "stops within the body": (saying(HEAD + b"01234", then="wait"), "timeout"),
    "closes within a chunk": (saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), "truncated"),
    "a chunk size that is none": (saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhel"), "malformed"),
    "garbage": (saying(b"\x00\x01\x02 nothing that HTTP knows\r\n\r\n", then="wait"), "malformed"),
    "another protocol": (saying(b"SSH-2.0-OpenSSH_9.6\r\n", then="wait"), "malformed"),
    "two lengths": (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), "malformed"),
    "a body beyond the limit": (saying(answer(b"x" * 20_000), then="wait"), "too large"),
    "an endless body": (saying(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 4000] * 10, then="wait"), "too large"),
    "an endless head": (saying(b"HTTP/1.1 200 OK\r\n", *[b"X-Filler: " + b"y" * 4000 + b"\r\n"] * 5, then="wait"), "too large"),
    "a head that drips": (saying(*[bytes([byte]) for byte in HEAD], then="wait", pause=0.05), "timeout"),
    "a compressed body that is none": (saying(answer(b"not gzip", "200 OK", "Content-Encoding: gzip")), "malformed"),
    "an unknown encoding": (saying(answer(b"abc", "200 OK", "Content-Encoding: rot13")), "malformed"),
    "an error status": (saying(answer(b"sorry", "503 Service Unavailable")), "status 503"),
    "a reply that lies": (saying(answer(b'{"ok": false}')), "check json ok"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_each_way_has_its_name(way: str) -> None:
    handler, kind = WAYS[way]
    options = ClientOptions(connect=1.0, body_limit=10_000, compressed="compressed" in way or "encoding" in way)
    (reply,) = asking(handler, options=options, timeout=0.5 if kind == "timeout" else 10.0)
    assert failure(reply, expect(json={"ok": True})) == kind
    assert reply.seconds < 9.0, "nothing hangs"


@pytest.mark.parametrize("way", WAYS)
def test_the_next_call_is_not_harmed(way: str) -> None:
    """Whatever a connection went through, the call after it gets its own answer."""
    bad, _ = WAYS[way]
    first = [True]

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if first:
            first.clear()
            await bad(reader, writer)
            return
        while True:
            line, _, _ = await request_of(reader)
            writer.write(answer(line.split()[1].encode()))

    async def drive() -> list[Reply]:
        async with serving(handle) as origin:
            client = HttpClient(origin, OPTIONS)
            await client.call("GET", "/bad", timeout=0.4)
            good = [await client.call("GET", f"/{n}", timeout=2.0) for n in range(3)]
            await client.close()
            return good

    assert [(reply.text, reply.error) for reply in asyncio.run(drive())] == [("/0", ""), ("/1", ""), ("/2", "")]


def test_who_did_it_and_left_before_the_answer_has_not_refused_it() -> None:
    """The request was read, then the server is gone: the second attempt finds nobody, the first may have been done."""
    done: list[str] = []

    async def drive() -> list[Reply]:
        gone = asyncio.Event()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for number in range(2):
                done.append((await request_of(reader))[0])
                if number == 0:
                    writer.write(answer(b"mine"))
            gone.set()
            await asyncio.sleep(0.1)
            writer.close()

        async with serving(handle) as origin:
            client = HttpClient(origin)
            replies = [await client.call("GET", "/add", timeout=2.0)]
            second = asyncio.create_task(client.call("GET", "/add", timeout=2.0))
            await gone.wait()
        replies.append(await second)
        await client.close()
        return replies

    assert [(reply.status, reply.error) for reply in asyncio.run(drive())] == [(200, ""), (0, "closed")]
    assert len(done) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bytes_after_an_answer_cost_the_connection_and_are_counted(method: str) -> None:
    for surplus in (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", b"HTTP/1", b"\x00\x00", b"<html>"):

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, surplus: bytes = surplus) -> None:
            while True:
                await request_of(reader)
                writer.write(answer(b"mine") + surplus)

        async def drive(handle: Handler = handle) -> tuple[list[Reply], HttpClient]:
            async with serving(handle) as origin:
                client = HttpClient(origin)
                replies = [await client.call(method, "/") for _ in range(3)]
                await client.close()
                return replies, client

        replies, client = asyncio.run(drive())
        assert [(reply.status, reply.text, reply.error) for reply in replies] == [(200, "mine", "")] * 3, surplus
        assert (client.connects, client.unasked, client.stale) == (3, 3, 0), surplus


def test_a_server_that_answers_before_it_is_asked() -> None:
    """An answer that lies in the connection before the request is not taken for the answer to the request."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(answer(b"first"))
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(answer(b"early"))
        await writer.drain()
        await request_of(reader)

    async def drive() -> tuple[list[str], int]:
        async with serving(handle) as origin:
            client = HttpClient(origin)
            texts = []
            for _ in range(3):
                texts.append((await client.call("GET", "/")).text)
                async with asyncio.timeout(10):
                    while client.unasked < len(texts):
                        await asyncio.sleep(0.01)
            await client.close()
            return texts, client.unasked

    assert asyncio.run(drive()) == (["first"] * 3, 3)


def test_one_in_a_thousand_is_found_and_counted() -> None:
    served = [0]

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request_of(reader)
            served[0] += 1
            bad = served[0] % 1000 == 500
            writer.write(answer(b"", "500 Internal Server Error") if bad else answer())

    replies = asking(handle, count=3000, timeout=5.0)
    assert [place for place, reply in enumerate(replies) if failure(reply, expect(200))] == [499, 1499, 2499]


def test_no_descriptor_is_left_behind() -> None:
    def descriptors() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted, not read

    asking(WAYS["garbage"][0])
    before = descriptors()
    for handler, _ in WAYS.values():
        asking(handler, count=2, timeout=0.2)
    assert descriptors() == before


def test_phases_have_deadlines_of_their_own() -> None:
    slow_body = saying(HEAD, b"0123456789", pause=1.5, then="wait")
    (reply,) = asking(slow_body, options=ClientOptions(first_byte=1.0), timeout=10.0)
    assert (reply.error, reply.text) == ("", "0123456789"), "only the first byte was due early"
    (reply,) = asking(saying(then="wait"), options=ClientOptions(first_byte=0.1), timeout=30.0)
    assert reply.error == "first byte timeout"
    assert reply.seconds < 10.0


def test_a_server_that_does_not_read() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(30)

    async def drive() -> Reply:
        async with serving(handle) as origin:
            client = HttpClient(origin)
            reply = await client.call("POST", "/", body=b"x" * 30_000_000, timeout=0.4)
            await client.close()
            return reply

    assert asyncio.run(drive()).error == "send timeout"


def full_backlog() -> tuple[socket.socket, list[socket.socket]]:
    """A listening socket whose queue is full: who comes next gets no answer to his SYN."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(0)
    waiting = []
    for _ in range(8):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(listening.getsockname())
        waiting.append(one)
    return listening, waiting


def test_connect_timeout() -> None:
    listening, waiting = full_backlog()
    try:
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        reply = asyncio.run(HttpClient(origin, ClientOptions(connect=0.2)).call("GET", "/"))
        assert reply.error == "connect timeout"
    finally:
        for one in (listening, *waiting):
            one.close()


def test_a_name_that_nobody_knows() -> None:
    reply = asyncio.run(HttpClient("http://no-such-host.invalid").call("GET", "/", timeout=20.0))
    assert reply.error == "dns"


def test_tls_towards_a_server_without() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def plain() -> Reply:
        async with serving(handle) as origin:
            return await HttpClient(origin.replace("http:", "https:")).call("GET", "/", timeout=2.0)

    assert asyncio.run(plain()).error == "tls"


def test_calls_wait_for_one_of_few_connections() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            await asyncio.sleep(0.4 if line.startswith("GET / ") else 0.02)
            writer.write(answer(line.split()[1].encode()))

    async def drive() -> tuple[list[Reply], int]:
        async with serving(slow) as origin:
            client = HttpClient(origin, ClientOptions(connections=2))
            replies = await asyncio.gather(*(client.call("GET", f"/{n}", timeout=5.0) for n in range(10)))
            most = client.connections
            late = await asyncio.gather(*(client.call("GET", "/", timeout=1.0) for _ in range(10)))
            await client.close()
            assert {reply.error for reply in late} == {"", "timeout"}, "whose turn does not come in time has timed out"
            return replies, most

    replies, most = asyncio.run(drive())
    assert [reply.text for reply in replies] == [f"/{n}" for n in range(10)]
    assert most == 2


def test_a_cancelled_call_gives_its_answer_to_nobody() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, _, _ = await request_of(reader)
            await asyncio.sleep(0.1 if "/slow" in line else 0)
            writer.write(answer(line.split()[1].encode()))

    async def drive() -> str:
        async with serving(slow) as origin:
            client = HttpClient(origin)
            await client.call("GET", "/warm")
            task = asyncio.ensure_future(client.call("GET", "/slow"))
            await asyncio.sleep(0.02)
            task.cancel()
            text = (await client.call("GET", "/next")).text
            await asyncio.sleep(0.15)
            await client.close()
            return text

    assert asyncio.run(drive()) == "/next"


def test_tls(tmp_path: Path) -> None:
    """A certificate that nobody vouches for is refused, unless one says so; then everything is as without TLS."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    call = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {certificate}"
    subprocess.run(call.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request_of(reader)
            writer.write(answer(b"secret"))

    async def drive() -> tuple[str, list[str], int]:
        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
        origin = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        strict = await HttpClient(origin).call("GET", "/")
        client = HttpClient(origin, verify=False)
        texts = [(await client.call("GET", "/")).text for _ in range(3)]
        await client.close()
        await asyncio.sleep(0.05)
        server.close()
        return strict.error, texts, client.connects

    assert asyncio.run(drive()) == ("tls", ["secret"] * 3, 1)

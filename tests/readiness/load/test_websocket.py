"""WebSocket messages as calls: what is answered, refused, pushed, closed, cut and never answered, each under its name."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import websockets

from readiness.load.client import ClientOptions, HttpClient
from readiness.load.expect import expect
from readiness.load.origin import parse_origin
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.session import Load, LoadResult, Session
from readiness.load.user import User
from readiness.measure.sample_log import read_spool
from readiness.model import Sample
from tests.readiness.load.serving import free_port, serving


async def answer(socket: Any) -> None:
    """Do what the message says; anything else comes back in capitals, bytes as bytes."""
    async for message in socket:
        match message:
            case "silent":
                continue
            case "close":
                await socket.close(1011, "broken")
            case "cut":
                socket.transport.abort()
            case "large":
                await socket.send("x" * 2000)
            case "twice":
                await socket.send("first")
                await socket.send("second")
            case "who":
                await socket.send(json.dumps({"who": socket.request.headers.get("X-Who")}))
            case str():
                await socket.send(message.upper())
            case _:
                await socket.send(message[::-1])


def guard(socket: Any, request: Any) -> Any:
    said = {"/closed": (HTTPStatus.FORBIDDEN, "not you\n"), "/page": (HTTPStatus.OK, "<html>\n")}.get(request.path)
    return socket.respond(*said) if said else None


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    async with websockets.serve(answer, "127.0.0.1", 0, process_request=guard) as server:
        yield f"127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def ask(
    client: HttpClient, *messages: bytes, path: str = "/", timeout: float = 2.0
) -> list[tuple[int, str, bytes]]:
    replies = [await client.call("SEND", path, None, message, timeout) for message in messages]
    return [(reply.status, reply.error, reply.body) for reply in replies]


def test_a_message_is_answered_by_the_next_one() -> None:
    async def drive() -> None:
        async with served() as place:
            client = HttpClient(f"ws://{place}")
            assert await ask(client, b"hello", b"\xff\x00\x01", b"") == [
                (200, "", b"HELLO"), (200, "", b"\x01\x00\xff"), (200, "", b""),
            ]  # fmt: skip
            reply = await client.call("SEND", "/", {"X-Who": "me"}, b"who")
            assert reply.json() == {"who": "me"}
            assert reply.seconds > 0
            await client.close()
            assert client.connects == 2, "one connection for the plain messages, one for those with the header"

    asyncio.run(drive())


def test_failures_have_the_names_of_the_http_client() -> None:
    async def drive() -> None:
        async with served() as place:
            client = HttpClient(f"ws://{place}", ClientOptions(body_limit=1000))
            found = await ask(client, b"close", b"cut", b"large")
            assert [error for _, error, _ in found] == ["closed", "reset", "too large"]
            assert await ask(client, b"silent", timeout=0.2) == [(0, "timeout", b"")]
            assert await ask(client, b"after") == [(200, "", b"AFTER")], "each failure costs its own connection only"
            assert await ask(client, b"hello", path="/closed") == [(403, "", b"not you\n")]
            await client.close()
            assert client.connects == 6
        assert await ask(client, b"hello") == [(0, "refused", b"")]
        assert await ask(HttpClient("ws://nowhere.invalid"), b"hello") == [(0, "dns", b"")]
        await client.close()

    asyncio.run(drive())


@pytest.mark.parametrize(("said", "became"), [(b"", "closed"), (b"garbage\r\n\r\n", "malformed")])
def test_what_is_no_websocket_server(said: bytes, became: str) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)

    async def drive() -> None:
        async with serving(speak) as origin:
            assert await ask(HttpClient(origin), b"hello") == [(0, became, b"")]

    asyncio.run(drive())


def test_a_page_is_no_answer_to_a_handshake() -> None:
    """As a server gives it that answers every path with the same page: no message was asked, so none was answered."""

    async def drive() -> None:
        async with served() as place:
            client = HttpClient(f"ws://{place}")
            assert await ask(client, b"hello", path="/page") == [(200, "malformed", b"<html>\n")]
            await client.close()

    asyncio.run(drive())


def test_what_was_pushed_is_nobodys_answer() -> None:
    async def drive() -> None:
        async with served() as place:
            client = HttpClient(f"ws://{place}")
            assert await ask(client, b"twice") == [(200, "", b"first")]
            await asyncio.sleep(0.05)
            assert await ask(client, b"hello") == [(200, "", b"HELLO")]
            await client.close()
            assert (client.unasked, client.connects) == (1, 1)

    asyncio.run(drive())


def test_a_connection_that_was_closed_meanwhile_is_replaced() -> None:
    async def drive() -> None:
        port = free_port()
        client = HttpClient(f"ws://127.0.0.1:{port}")
        for _ in range(2):
            async with websockets.serve(answer, "127.0.0.1", port):
                assert await ask(client, b"hello") == [(200, "", b"HELLO")]
        await client.close()
        assert client.connects == 2

    asyncio.run(drive())


def test_users_share_as_many_connections_as_were_asked_for() -> None:
    async def drive() -> None:
        async with served() as place:
            client = HttpClient(f"ws://{place}", ClientOptions(connections=3))
            replies = await asyncio.gather(*(client.call("SEND", "/", None, b"%d" % n) for n in range(40)))
            assert [reply.body for reply in replies] == [b"%d" % n for n in range(40)]
            await client.close()
            assert client.connects == 3

    asyncio.run(drive())


async def through(journey: Any, place: str, spool: Path, users: int) -> tuple[LoadResult, list[Sample]]:
    load = Load(parse_origin(f"http://{place}"), PerVuIterations(users, 1), journey, timeout=2.0)
    result = await Session(load, spool).run(asyncio.Event())
    return result, list(read_spool(spool))


def test_a_journey_sends_messages_beside_its_requests(tmp_path: Path) -> None:
    async def journey(user: User) -> None:
        await user.request("SEND", "/chat", body=b"hello", name="ask", expect=expect(200, text="HELLO"))
        await user.request("SEND", "/chat", json={"a": 1}, name="wrong", expect=expect(json={"A": 2}))
        await user.request("SEND", "/chat", name="empty", expect=expect(200, size=(0, 0)))
        await user.get("/chat", name="http")
        other = HttpClient(f"ws://{user.client.origin.authority}/")
        await user.measure("refused", other.call("SEND", "/closed"))
        await other.close()

    async def drive() -> tuple[LoadResult, list[Sample]]:
        async with served() as place:
            return await through(journey, place, tmp_path / "spool", users=3)

    result, samples = asyncio.run(drive())
    assert sorted({(s.operation, s.status, s.error) for s in samples}) == [
        ("ask", 200, ""), ("empty", 200, ""), ("http", 426, "status 426"), ("refused", 403, "status 403"),
        ("wrong", 200, "check json A"),
    ]  # fmt: skip
    assert result.connects == 3 * 3, "each user: two of messages (with and without a header), one of requests"


def test_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.load.protocols.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"WebSocket needs websockets.*pip install 'readiness-gate\[websocket\]'"):
        asyncio.run(HttpClient("ws://127.0.0.1:1").call("SEND", "/"))


def test_readiness_load_drives_a_websocket(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\nfrom tests.readiness.load.test_websocket import served\n"
        "async def main():\n async with served() as place:\n  print(place, flush=True); await asyncio.Event().wait()\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        place = server.stdout.readline().strip()
        try:
            call = [sys.executable, "-m", "readiness", "load", f"ws://{place}/chat", "--body", "hello", "--check", "text:HELLO",
                    "--users", "4", "--iterations", "60", "--workers", "2", "--quiet", "--json", str(tmp_path / "found")]  # fmt: skip
            done = subprocess.run(
                call, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "CI": "1"}
            )
        finally:
            server.send_signal(signal.SIGKILL)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found").read_text())
    assert (found["calls"], found["failed"], found["connections"]["opened"]) == (60, 0, 4)
    assert list(found["operations"]) == ["SEND /chat"]

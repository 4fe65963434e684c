"""What our own client does not speak: HTTP/2, SQL, WebSocket and plain coroutines as calls of a journey."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from readiness.exchange import Reply
from readiness.load.client import ClientOptions, HttpClient
from readiness.load.executor import Executor
from readiness.load.expect import expect
from readiness.load.origin import parse_origin
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.session import Load, Session
from readiness.load.sql import Database
from readiness.load.user import Journey, User
from readiness.measure.sample_log import read_spool
from readiness.model import Sample
from tests.readiness.load.serving import deserted

NOWHERE = "http://127.0.0.1:1"


async def through(
    journey: Journey, tmp_path: Path, executor: Executor, origin: str, options: ClientOptions
) -> list[Sample]:
    load = Load(parse_origin(origin), executor, journey, options, timeout=2.0)
    await Session(load, tmp_path / "spool").run(asyncio.Event())
    return list(read_spool(tmp_path / "spool"))


def going(journey: Journey, tmp_path: Path, users: int = 1, iterations: int = 1) -> list[Sample]:
    return asyncio.run(through(journey, tmp_path, PerVuIterations(users, iterations), NOWHERE, ClientOptions()))


def test_anything_that_can_be_awaited_is_a_call(tmp_path: Path) -> None:
    async def fails(error: Exception) -> None:
        raise error

    async def journey(user: User) -> None:
        user.state["found"] = await user.measure("add", asyncio.sleep(0.03, 42))
        assert await user.measure("slow", asyncio.sleep(5), timeout=0.05) is None
        await user.measure("away", fails(ConnectionRefusedError()))
        await user.measure("wrong", fails(ValueError("no")))
        user.check("late", False)
        await user.measure("fine", asyncio.sleep(0))
        user.check("answer", user.state["found"] == 43)

    samples = going(journey, tmp_path)
    assert [(s.operation, s.status, s.error) for s in samples] == [
        ("add", 0, ""),
        ("slow", 0, "timeout"),
        ("away", 0, "refused"),
        ("wrong", 0, "raised ValueError"),
        ("fine", 0, "check answer"),
    ]
    assert samples[0].latency >= 0.03
    assert samples[1].latency >= 0.05


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_statements(tmp_path: Path, kind: str) -> None:
    file = str(tmp_path / "data")
    connect: Any = (lambda: duckdb.connect(file)) if kind == "duckdb" else (lambda: sqlite3.connect(file))
    first = connect()
    first.execute("CREATE TABLE quotes (symbol VARCHAR, price INTEGER)")
    first.execute("INSERT INTO quotes VALUES ('SPY', 5), ('QQQ', 7)")
    first.commit()
    first.close()
    database = Database(connect, connections=2)
    found = []

    async def journey(user: User) -> None:
        statement = "SELECT price FROM quotes WHERE symbol = ?"
        found.append(await user.measure("price", database.execute(statement, ["QQQ"])))
        await user.measure("broken", database.execute("SELECT * FROM nowhere"))

    samples = going(journey, tmp_path, users=3, iterations=4)
    database.close()
    assert found == [[(7,)]] * 12
    assert {(s.operation, s.error) for s in samples if s.operation == "price"} == {("price", "")}
    broken = {s.error for s in samples if s.operation == "broken"}
    assert broken == {"raised CatalogException" if kind == "duckdb" else "raised OperationalError"}
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sql")]


def test_at_least_one_connection() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Database(lambda: None, connections=0)


class Http2Server(asyncio.Protocol):
    """Answers each stream with its path; ``/fail`` with 503, ``/silent`` never, ``/cut`` with the end of the connection."""

    def __init__(self) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection

        self.state = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.state.initiate_connection()
        transport.write(self.state.data_to_send())

    def data_received(self, data: bytes) -> None:
        from h2.events import RequestReceived

        for event in self.state.receive_data(data):
            if isinstance(event, RequestReceived):
                self.answer(event.stream_id, dict(event.headers)[":path"])
        self.transport.write(self.state.data_to_send())

    def answer(self, stream: int, path: str) -> None:
        if path == "/cut":
            self.transport.abort()
        elif path != "/silent":
            self.state.send_headers(stream, [(":status", "503" if path == "/fail" else "200"), ("x-path", path)])
            self.state.send_data(stream, f'{{"path": "{path}"}}'.encode(), end_stream=True)


def test_http2(tmp_path: Path) -> None:
    pytest.importorskip("h2")
    made: list[Http2Server] = []

    def accept() -> Http2Server:
        made.append(Http2Server())
        return made[-1]

    async def journey(user: User) -> None:
        await user.get("/a", expect=expect(200, header={"x-path": "/a"}, json={"path": "/a"}))
        await user.post("/b", json={"n": 1}, expect=expect(200, json={"path": "/b"}))
        await user.get("/fail")
        await user.get("/silent", timeout=0.2)
        await user.get("/cut")
        await user.get("/after")

    async def drive() -> list[Sample]:
        server = await asyncio.get_running_loop().create_server(accept, "127.0.0.1", 0)
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            return await through(journey, tmp_path, PerVuIterations(1, 1), origin, ClientOptions(http2=True))
        finally:
            server.close()

    samples = asyncio.run(drive())
    assert [(s.operation, s.status) for s in samples] == [
        ("GET /a", 200), ("POST /b", 200), ("GET /fail", 503), ("GET /silent", 0), ("GET /cut", 0), ("GET /after", 200),
    ]  # fmt: skip
    assert [s.error for s in samples[:4]] == ["", "", "status 503", "timeout"]
    assert samples[4].error in ("closed", "reset", "malformed")
    assert samples[5].error == ""
    assert len(made) == 2, "many streams on one connection, and a new one after the cut"


def test_http2_that_is_refused() -> None:
    pytest.importorskip("h2")

    async def drive() -> str:
        with deserted() as port:
            client = HttpClient(f"http://127.0.0.1:{port}", ClientOptions(http2=True))
            error = (await client.call("GET", "/")).error
            await client.close()
        return error

    assert asyncio.run(drive()) == "refused"


def test_http2_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.load.protocols.find_spec", lambda name: None if name == "h2" else name)
    with pytest.raises(ValueError, match=r"HTTP/2 needs h2.*pip install 'readiness-gate\[http2\]'"):
        asyncio.run(HttpClient(NOWHERE, ClientOptions(http2=True)).call("GET", "/"))


def test_a_reply_of_another_client_is_a_call_of_its_kind(tmp_path: Path) -> None:
    async def told(status: int, error: str = "") -> Reply:
        return Reply(status, b"", b"", 0.0, error)

    async def journey(user: User) -> None:
        await user.measure("fine", told(204))
        await user.measure("away", told(0, "refused"))
        await user.measure("busy", told(503))

    samples = going(journey, tmp_path)
    assert [(s.operation, s.status, s.error) for s in samples] == [
        ("fine", 204, ""), ("away", 0, "refused"), ("busy", 503, "status 503"),
    ]  # fmt: skip


def test_a_websocket_is_driven_by_its_own_library(tmp_path: Path) -> None:
    websockets = pytest.importorskip("websockets")

    async def echo(socket: Any) -> None:
        async for message in socket:
            await socket.send(message.upper())

    async def drive() -> list[Sample]:
        async with websockets.serve(echo, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]

            async def journey(user: User) -> None:
                socket = await user.measure("connect", websockets.connect(f"ws://127.0.0.1:{port}"))

                async def ask(text: str) -> str:
                    await socket.send(text)
                    return str(await socket.recv())

                user.check("upper", await user.measure("ask", ask("hello")) == "HELLO")
                await socket.close()
                await user.measure("too late", ask("hello"))

            return await through(journey, tmp_path, PerVuIterations(2, 1), NOWHERE, ClientOptions())

    samples = asyncio.run(drive())
    assert sorted({(s.operation, s.error) for s in samples}) == [
        ("ask", ""), ("connect", ""), ("too late", "raised ConnectionClosedOK"),
    ]  # fmt: skip

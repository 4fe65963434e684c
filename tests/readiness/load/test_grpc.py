"""gRPC calls: messages as bytes or as JSON, the server's statuses, and what fails before any server speaks."""

import asyncio
import json
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import uvloop

from readiness.load import grpc as ours
from readiness.load.client import ClientOptions, HttpClient
from readiness.load.expect import expect
from readiness.load.origin import parse_origin
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.session import Load, Session
from readiness.load.user import User
from readiness.measure.sample_log import read_spool
from readiness.model import Sample
from tests.readiness.load.serving import deserted, serving
from tests.readiness.load.serving_grpc import ROUTE, Numbers, Sum, serving_grpc

JSON = {"Content-Type": "application/json"}
RUNNERS: list[Callable[..., Any]] = [asyncio.run, uvloop.run]


@asynccontextmanager
async def calling(place: str, **options: Any) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    """A client whose calls are told as (status, failure, body)."""
    client = HttpClient(place, ClientOptions(**options))

    async def call(name: str, body: bytes = b"{}", headers: Any = JSON, timeout: float = 2.0) -> tuple[int, str, bytes]:
        reply = await client.call("CALL", f"{ROUTE}/{name}", headers, body, timeout)
        return reply.status, reply.error, reply.body

    try:
        yield call
    finally:
        await client.close()


@pytest.mark.parametrize("run", RUNNERS, ids=["asyncio", "uvloop"])
def test_messages_are_sent_as_json_or_as_bytes(run: Callable[..., Any]) -> None:
    async def drive() -> None:
        async with serving_grpc() as place, calling(f"grpc://{place}") as call:
            assert await call("Add", b'{"left": 2, "right": 3}') == (200, "", b'{"whole_sum": 5}')
            packed = Numbers(left=20, right=30).SerializeToString()
            status, error, body = await call("Add", packed, None)
            assert (status, error, Sum.FromString(body).whole_sum) == (200, "", 50)

    run(drive())


def test_headers_are_metadata() -> None:
    async def drive() -> None:
        async with serving_grpc() as place:
            client = HttpClient(f"grpc://{place}")
            reply = await client.call("CALL", f"{ROUTE}/Add", {**JSON, "X-Who": "me", "Host": "elsewhere"}, b"{}")
            assert dict(reply.headers) == {"x-seen": "me", "grpc-status": "0"}
            await client.close()
            assert client.connects == 1

    asyncio.run(drive())


def test_the_servers_statuses_read_as_those_of_http() -> None:
    assert set(ours.STATUSES) == {status.name for status in grpc.StatusCode}, "every status has a place"

    async def drive() -> None:
        async with serving_grpc() as place:
            client = HttpClient(f"grpc://{place}")
            reply = await client.call("CALL", f"{ROUTE}/Refuse", JSON, b"{}")
            assert (reply.status, reply.error, reply.text) == (404, "", "no such number")
            assert reply.headers["grpc-status"] == "5"
            unknown = await client.call("CALL", f"{ROUTE}/Nothing")
            assert (unknown.status, unknown.error) == (501, "")
            await client.close()

    asyncio.run(drive())


def test_what_fails_before_an_answer() -> None:
    async def drive() -> None:
        async with serving_grpc() as place, calling(f"grpc://{place}") as call:
            assert await call("Hang", timeout=0.2) == (0, "timeout", b"")
            assert (await call("Garbage"))[:2] == (0, "malformed")
            assert (await call("Count"))[:2] == (0, "not described"), "a stream is no call"
            assert (await call("Nothing"))[:2] == (0, "not described")
            assert (await call("Add", b'{"middle": 1}'))[:2] == (0, "body does not fit")
            assert (await call("Add", b'{"left"'))[:2] == (0, "body does not fit")
            assert (await call("Add"))[:2] == (200, ""), "each failure is that of its call alone"
        async with serving_grpc(described=False) as place, calling(f"grpc://{place}") as call:
            assert (await call("Add"))[:2] == (0, "not described")
            assert (await call("Add", b"", None))[:2] == (200, "")

    asyncio.run(drive())


@pytest.mark.parametrize("headers", [None, JSON], ids=["bytes", "json"])
def test_where_no_server_speaks(headers: Any) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def drive() -> None:
        with deserted() as port:
            for place, became in ((f"127.0.0.1:{port}", "refused"), ("nowhere.invalid:1", "dns")):
                async with calling(f"grpc://{place}") as call:
                    assert await call("Add", b"{}", headers) == (0, became, b"")
        async with serving(silent) as origin, calling(origin) as call:
            assert await call("Add", b"{}", headers, 0.3) == (0, "timeout", b"")

    asyncio.run(drive())


def test_an_answer_that_is_too_large() -> None:
    async def drive() -> None:
        async with serving_grpc() as place, calling(f"grpc://{place}", body_limit=1) as call:
            packed = Numbers(left=20, right=30).SerializeToString()
            assert await call("Add", packed, None) == (0, "too large", b"")

    asyncio.run(drive())


def certificate(folder: Path) -> tuple[Path, Path]:
    key, chain = folder / "key.pem", folder / "chain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(chain), "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, chain


def test_tls_is_verified_against_the_authorities_of_the_context(tmp_path: Path) -> None:
    key, chain = certificate(tmp_path)
    shown = grpc.ssl_server_credentials(((key.read_bytes(), chain.read_bytes()),))

    async def drive() -> None:
        async with serving_grpc(credentials=shown) as place:
            place = place.replace("127.0.0.1", "localhost")
            async with calling(f"grpcs://{place}") as call:
                assert await call("Add") == (0, "tls", b"")
            origin = parse_origin(f"grpcs://{place}")
            assert origin.tls is not None
            origin.tls.load_verify_locations(chain)
            client = HttpClient(origin)
            assert (await client.call("CALL", f"{ROUTE}/Add", JSON, b'{"left": 1}')).json() == {"whole_sum": 1}
            await client.close()
        unverified = HttpClient(f"grpcs://{place}", verify=False)
        assert unverified.origin.tls is not None
        assert unverified.origin.tls.verify_mode == ssl.CERT_NONE
        with pytest.raises(ValueError, match="always verifies"):
            await unverified.call("CALL", f"{ROUTE}/Add", JSON, b"{}")

    asyncio.run(drive())


def test_a_journey_calls_methods(tmp_path: Path) -> None:
    async def journey(user: User) -> None:
        await user.request(
            "CALL", f"{ROUTE}/Add", json={"left": 1}, name="add", expect=expect(200, json={"whole_sum": 1})
        )
        await user.request("CALL", f"{ROUTE}/Add", json={"left": 1}, name="wrong", expect=expect(json={"whole_sum": 2}))
        await user.request("CALL", f"{ROUTE}/Add", name="empty")
        await user.request("CALL", f"{ROUTE}/Refuse", name="refused")

    async def drive() -> tuple[int, list[Sample]]:
        async with serving_grpc() as place:
            load = Load(parse_origin(f"grpc://{place}"), PerVuIterations(3, 2), journey, timeout=2.0)
            result = await Session(load, tmp_path / "spool").run(asyncio.Event())
        return result.connects, list(read_spool(tmp_path / "spool"))

    connects, samples = asyncio.run(drive())
    assert sorted({(s.operation, s.status, s.error) for s in samples}) == [
        ("add", 200, ""), ("empty", 200, ""), ("refused", 404, "status 404"), ("wrong", 200, "check json whole_sum"),
    ]  # fmt: skip
    assert (connects, len(samples)) == (3, 24)


def test_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.load.protocols.find_spec", lambda name: name != "grpc_reflection" or None)
    with pytest.raises(ValueError, match=r"gRPC needs grpc_reflection.*pip install 'readiness-gate\[grpc\]'"):
        asyncio.run(HttpClient("grpc://127.0.0.1:1").call("CALL", "/a.B/C"))


def test_readiness_load_calls_a_method(tmp_path: Path) -> None:
    async def drive() -> tuple[int, str]:
        async with serving_grpc() as place:
            call = ["-m", "readiness", "load", f"grpc://{place}{ROUTE}/Add", "--json-body", '{"left": 4}', "--check",
                    "json:whole_sum==4", "--users", "4", "--iterations", "60", "--workers", "2", "--quiet",
                    "--json", str(tmp_path / "found")]  # fmt: skip
            child = await asyncio.create_subprocess_exec(
                sys.executable, *call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "CI": "1"}
            )
            _, said = await child.communicate()
            return child.returncode or 0, said.decode()

    code, said = asyncio.run(drive())
    assert code == 0, said
    found = json.loads((tmp_path / "found").read_text())
    assert (found["calls"], found["failed"], found["connections"]["opened"]) == (60, 0, 4)
    assert list(found["operations"]) == [f"CALL {ROUTE}/Add"]

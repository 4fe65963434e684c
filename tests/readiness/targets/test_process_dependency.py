"""A dependency without a health path need not speak HTTP: its port is waited for, and one that ends is told.

In front of one goes a proxy, whatever else its address says; what cannot have one is named, and its password is not.
"""

import asyncio
from pathlib import Path

import psutil
import pytest

from readiness.errors import TargetError
from readiness.plugins import Workplace
from readiness.targeting import Dependency, TargetSpec
from readiness.targets.process import ProcessTarget

SERVICE = Path(__file__).parent.parent.parent / "services" / "plain_service.py"
MUTE = "import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"
GREETING = """
import socket
server = socket.create_server(("127.0.0.1", {port}))
while True:
    server.accept()[0].sendall(b"a store")
"""
START = ("{python}", str(SERVICE), "--port", "{port}")


def _opened(folder: Path, command: str, *, health: str | None = None) -> str:
    """The address at which the target sees a dependency that runs this program."""
    address = f"{'http' if health else 'redis'}://127.0.0.1:{{port}}"
    dependency = Dependency(start=("{python}", "-c", command), address=address, variable="STORE", health=health)
    spec = TargetSpec(start=START, start_seconds=5.0 if health is None else 1.0, dependencies={"store": dependency})

    async def whole() -> str:
        adapter = ProcessTarget(spec, Workplace(str(folder)))
        try:
            await adapter.open()
            return str(adapter.handle()["addresses"]["store"])
        finally:
            await adapter.close()

    return asyncio.run(whole())


def _proxied(folder: Path, dependency: Dependency) -> tuple[str, str, bytes]:
    """What the target is told, where the proxy listens, and what the dependency says through it."""
    spec = TargetSpec(start=START, start_seconds=5.0, dependencies={"store": dependency})

    async def whole() -> tuple[str, str, bytes]:
        adapter = ProcessTarget(spec, Workplace(str(folder), proxied=True))
        try:
            await adapter.open()
            told = psutil.Process(adapter.handle()["pid"]).environ()["STORE"]
            place = adapter.proxies["store"].address
            host, _, port = place.rpartition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            said = await asyncio.wait_for(reader.read(), 10.0)
            writer.close()
            return told, place, said
        finally:
            await adapter.close()

    return asyncio.run(whole())


def test_a_listening_port_is_enough_without_a_health_path(tmp_path: Path) -> None:
    assert _opened(tmp_path, MUTE).startswith("redis://127.0.0.1:")


def test_a_health_path_must_answer(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="dependency 'store' did not start"):
        _opened(tmp_path, MUTE, health="/health")


def test_a_dependency_that_ends_is_told_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no such store"):
        _opened(tmp_path, "raise SystemExit('no such store')")


@pytest.mark.parametrize(
    "address",
    [
        "redis://{place}",
        "redis://:pass:word@{place}/0",
        "postgresql://postgres:pw@{place}/db?sslmode=disable",
        "http://{place}/below/",
    ],
)
def test_a_proxy_takes_the_place_in_the_address_and_leaves_the_rest(tmp_path: Path, address: str) -> None:
    given = address.replace("{place}", "127.0.0.1:{port}")
    dependency = Dependency(start=("{python}", "-c", GREETING), address=given, variable="STORE")
    told, place, said = _proxied(tmp_path, dependency)
    assert told == address.replace("{place}", place)
    assert said == b"a store", "the proxy leads elsewhere"


@pytest.mark.parametrize(
    "address", ["redis://:hidden-word@127.0.0.1/0", "redis://:hidden-word/x@127.0.0.1:6379", "hidden-word:6379"]
)
def test_an_address_that_can_have_no_proxy_is_told_by_its_name_alone(tmp_path: Path, address: str) -> None:
    with pytest.raises(TargetError, match="dependency 'store': its address must name a host and a port") as caught:
        _proxied(tmp_path, Dependency(address=address, variable="STORE"))
    assert "hidden-word" not in str(caught.value)

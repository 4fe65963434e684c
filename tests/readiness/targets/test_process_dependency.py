"""A dependency without a health path need not speak HTTP: its port is waited for, and one that ends is told."""

import asyncio
from pathlib import Path

import pytest

from readiness.errors import TargetError
from readiness.plugins import Workplace
from readiness.targeting import Dependency, TargetSpec
from readiness.targets.process import ProcessTarget

SERVICE = Path(__file__).parent.parent.parent / "services" / "plain_service.py"
MUTE = "import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"


def _opened(folder: Path, command: str, *, health: str | None = None) -> str:
    """The address at which the target sees a dependency that runs this program."""
    address = f"{'http' if health else 'redis'}://127.0.0.1:{{port}}"
    dependency = Dependency(start=("{python}", "-c", command), address=address, variable="STORE", health=health)
    start = ("{python}", str(SERVICE), "--port", "{port}")
    spec = TargetSpec(start=start, start_seconds=5.0 if health is None else 1.0, dependencies={"store": dependency})

    async def whole() -> str:
        adapter = ProcessTarget(spec, Workplace(str(folder)))
        try:
            await adapter.open()
            return str(adapter.handle()["addresses"]["store"])
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

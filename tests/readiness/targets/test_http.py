"""A running service reached by its address: over HTTP it must answer, over gRPC its port must take connections."""

import asyncio
from pathlib import Path

import pytest

from readiness.errors import TargetError
from readiness.exchange import Request
from readiness.loader import load
from readiness.plugins import Workplace
from readiness.targeting import Adapter, TargetSpec
from tests.readiness.load.serving import deserted
from tests.readiness.load.serving_grpc import ROUTE, serving_grpc


def adapter(address: str, folder: Path) -> Adapter:
    kind = load().target_for(address, started=False)
    return kind(TargetSpec(address=address), Workplace(str(folder)))


def test_a_grpc_service_is_reached_and_called(tmp_path: Path) -> None:
    async def drive() -> tuple[int, bytes]:
        async with serving_grpc() as place:
            target = adapter(f"grpc://{place}", tmp_path)
            await target.open()
            reply = await target.send(
                Request("CALL", f"{ROUTE}/Add", {"Content-Type": "application/json"}, b'{"left": 2, "right": 2}')
            )
            await target.close()
            return reply.status, reply.body

    assert asyncio.run(drive()) == (200, b'{"whole_sum": 4}')


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_nobody_there(tmp_path: Path, scheme: str) -> None:
    async def drive(port: int) -> None:
        target = adapter(f"{scheme}://127.0.0.1:{port}", tmp_path)
        try:
            await target.open()
        finally:
            await target.close()

    with deserted() as port, pytest.raises(TargetError, match="could not be reached: refused"):
        asyncio.run(drive(port))

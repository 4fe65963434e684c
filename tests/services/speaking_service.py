"""A service that speaks WebSocket and gRPC: its operations are described in a test. python speaking_service.py PORT [grpc]"""

import asyncio
import sys
from http import HTTPStatus
from typing import Any

import websockets

from tests.readiness.load.serving_grpc import serving_grpc


async def talk(socket: Any) -> None:
    """Answer every message in capitals."""
    async for message in socket:
        await socket.send(message.upper())


def page(socket: Any, request: Any) -> Any:
    """Answer plain requests, so that the service is known to be there."""
    return None if "Upgrade" in request.headers else socket.respond(HTTPStatus.OK, "here\n")


async def main(port: int, *, grpc: bool) -> None:
    """Serve until ended."""
    if grpc:
        async with serving_grpc(port=port):
            await asyncio.Event().wait()
    async with websockets.serve(talk, "127.0.0.1", port, process_request=page):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), grpc="grpc" in sys.argv))

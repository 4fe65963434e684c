"""What our own client does not speak goes through a well-kept library, behind the same interface: HTTP/2, WebSocket, gRPC."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from readiness.exchange import Reply

if TYPE_CHECKING:
    from readiness.load.client import ClientOptions
    from readiness.load.origin import Origin

METHODS = {"SEND": "WebSocket", "CALL": "gRPC"}
"""Method of an operation -> the protocol that it is sent by; every other method is HTTP's own."""
LIBRARIES = {
    "HTTP/2": ("http2", ("httpx", "h2")),
    "WebSocket": ("websocket", ("websockets",)),
    "gRPC": ("grpc", ("grpc", "google.protobuf", "grpc_reflection")),
}
"""Protocol -> the extra that brings its library, and the library's modules."""


class Speaker(Protocol):
    """A client of one origin by another protocol. Failures are replies, never exceptions."""

    connects: int
    """Connections opened, as far as the library says."""
    unasked: int
    """Messages that came without having been asked for."""

    async def call(
        self, method: str, path: str, headers: Mapping[str, str] | None, body: bytes, timeout: float
    ) -> Reply:
        """Send one request; ``timeout`` in seconds covers everything."""

    async def close(self) -> None:
        """Close every connection."""


def missing_library(protocol: str) -> str:
    """Return what to install for a protocol, "" where it is there."""
    extra, modules = LIBRARIES[protocol]
    lacking = [module for module in modules if not _found(module)]
    if not lacking:
        return ""
    return f"{protocol} needs {', '.join(lacking)} (not installed): pip install 'readiness-gate[{extra}]'"


def speaker(protocol: str, origin: "Origin", options: "ClientOptions") -> Speaker:
    """Return a client for a protocol; its library is imported only here. ValueError says what is not installed."""
    if problem := missing_library(protocol):
        raise ValueError(problem)
    match protocol:
        case "HTTP/2":
            from readiness.load.http2 import Http2Client

            return Http2Client(origin, redirects=options.redirects, cookies=options.cookies)
        case "WebSocket":
            from readiness.load.websocket import WebSocketClient

            return WebSocketClient(origin, connections=options.connections, body_limit=options.body_limit)
        case _:
            from readiness.load.grpc import GrpcClient

            return GrpcClient(origin, body_limit=options.body_limit)


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it would be in
        return False

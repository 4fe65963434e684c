"""gRPC, through grpcio: unary calls whose path is ``/package.Service/Method``.

A body of type ``application/json`` is turned into the message that the method takes, and the answer into JSON, as the
server's reflection service describes them; any other body is sent, and its answer given, as the bytes of a message.
Turning is not part of the latency, and neither is the description, which is asked for once per method.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock, Timer
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from readiness.exchange import Reply

if TYPE_CHECKING:
    from readiness.load.origin import Origin

STATUSES = {
    "OK": 200, "CANCELLED": 499, "UNKNOWN": 500, "INVALID_ARGUMENT": 400, "DEADLINE_EXCEEDED": 504, "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409, "PERMISSION_DENIED": 403, "RESOURCE_EXHAUSTED": 429, "FAILED_PRECONDITION": 400, "ABORTED": 409,
    "OUT_OF_RANGE": 400, "UNIMPLEMENTED": 501, "INTERNAL": 500, "UNAVAILABLE": 503, "DATA_LOSS": 500, "UNAUTHENTICATED": 401,
}  # fmt: skip
"""gRPC status -> HTTP status, as google/rpc/code.proto maps them: conditions on an answer read alike for every protocol."""
NO_ANSWER = (
    ("failed to connect to all addresses", "unreachable"),
    ("errors resolving", "dns"),
    ("dns resolution failed", "dns"),
    ("connection reset", "reset"),
    ("socket closed", "closed"),
    ("recvmsg", "reset"),
    ("received message larger than max", "too large"),
    ("trying to connect an http1.x server", "malformed"),
)
"""What grpcio says -> kind of failure, where no server has spoken: it gives such failures a status as if one had."""
UNSENT = frozenset({"content-type", "content-length", "host", "connection", "te"})
"""Headers that gRPC sets itself (gRPC over HTTP/2)."""


@dataclass(frozen=True)
class Method:
    """How the messages of a method are made of JSON and read into it."""

    request: Any
    reply: Any


_known: "WeakKeyDictionary[Origin, dict[str, Method]]" = WeakKeyDictionary()
_asking = Lock()


class GrpcClient:
    """Sends unary calls over one HTTP/2 connection of its own."""

    def __init__(self, origin: "Origin", *, body_limit: int = 2**26) -> None:
        if origin.tls is not None and origin.tls.verify_mode == ssl.CERT_NONE:
            raise ValueError("gRPC: its library always verifies certificates; name the authority in SSL_CERT_FILE")
        self.connects = 0
        self.unasked = 0
        self._origin = origin
        self._limit = body_limit
        self._channel: Any = None
        self._calls: dict[str, Any] = {}
        self._methods: dict[str, Method] = {}

    async def call(
        self,
        method: str,  # noqa: ARG002 - the path names what is called; the interface has it
        path: str,
        headers: Mapping[str, str] | None,
        body: bytes,
        timeout: float,
    ) -> Reply:
        """Call a method and wait for its answer; the headers are sent as metadata."""
        import grpc

        begin = monotonic()
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            described = await self._described(path, timeout) if "json" in sent.get("content-type", "") else None
            message = _encoded(body, described) if described else body
        except (grpc.RpcError, LookupError, ValueError) as problem:
            return _unsent(problem, monotonic() - begin, timeout)
        begin = monotonic()
        metadata = tuple((name, value) for name, value in sent.items() if name not in UNSENT)
        try:
            call = self._callable(path)(message, timeout=timeout, metadata=metadata)
            answer = await call
            found = {**_text(await call.initial_metadata()), **_text(await call.trailing_metadata())}
        except grpc.aio.AioRpcError as problem:
            return _failed(problem, monotonic() - begin, timeout)
        took = monotonic() - begin
        try:
            body = _decoded(answer, described) if described else answer
        except ValueError:
            return Reply(0, b"", answer, took, "malformed")
        return Reply(STATUSES["OK"], {**found, "grpc-status": "0"}, body, took)

    async def close(self) -> None:
        """Close the connection."""
        channel, self._channel = self._channel, None
        self._calls.clear()
        if channel is not None:
            await channel.close()

    def _callable(self, path: str) -> Any:
        if self._channel is None:
            import grpc

            self.connects += 1
            options = [
                ("grpc.use_local_subchannel_pool", 1),  # users share no connection unless they share the client
                ("grpc.enable_http_proxy", 0),  # load goes where it was sent, whatever the environment says
                ("grpc.enable_retries", 0),  # a call is one call
                ("grpc.max_receive_message_length", self._limit),
                ("grpc.max_send_message_length", -1),
            ]
            self._channel = _opened(grpc.aio, self._origin, options)
        if path not in self._calls:
            self._calls[path] = self._channel.unary_unary(f"{self._origin.prefix}{path}")
        return self._calls[path]

    async def _described(self, path: str, timeout: float) -> Method:
        if path not in self._methods:
            self._methods[path] = await asyncio.to_thread(_description, self._origin, path, timeout)
        return self._methods[path]


def _opened(library: Any, origin: "Origin", options: list[tuple[str, int]]) -> Any:
    address = f"{origin.host}:{origin.port}" if ":" not in origin.host else f"[{origin.host}]:{origin.port}"
    if origin.tls is None:
        return library.insecure_channel(address, options=options)
    import grpc

    trusted = "".join(ssl.DER_cert_to_PEM_cert(one) for one in origin.tls.get_ca_certs(binary_form=True))
    return library.secure_channel(address, grpc.ssl_channel_credentials(trusted.encode() or None), options=options)


def _description(origin: "Origin", path: str, timeout: float) -> Method:
    """Return how a method is described, asking the server once for all users of an origin."""
    with _asking:
        known = _known.setdefault(origin, {})
        if path not in known:
            known[path] = _ask(origin, path, timeout)
        return known[path]


def _ask(origin: "Origin", path: str, timeout: float) -> Method:
    """Let the server describe a method. LookupError where it describes none such, or one that is a stream."""
    import grpc
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass
    from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

    service, _, name = path.strip("/").rpartition("/")
    with _opened(grpc, origin, [("grpc.enable_http_proxy", 0)]) as channel:
        deadline = Timer(timeout, channel.close)  # the database asks without one
        deadline.start()
        try:
            found = DescriptorPool(ProtoReflectionDescriptorDatabase(channel)).FindServiceByName(service)
            method = found.methods_by_name[name]
        except KeyError:
            raise LookupError(f"the server's reflection describes no {service}/{name}") from None
        finally:
            deadline.cancel()
    if method.client_streaming or method.server_streaming:
        raise LookupError(f"{service}/{name} is a stream; right would be a unary method")
    return Method(GetMessageClass(method.input_type), GetMessageClass(method.output_type))


def _encoded(body: bytes, method: Method) -> bytes:
    """Return the message that JSON describes. ValueError where it does not fit the method."""
    from google.protobuf import json_format

    try:
        message: bytes = json_format.Parse(body or b"{}", method.request()).SerializeToString()
    except json_format.ParseError as problem:
        raise ValueError(str(problem)) from None
    return message


def _decoded(answer: bytes, method: Method) -> bytes:
    """Return the answer as JSON, its fields named as they are described. ValueError where it is no such message."""
    from google.protobuf import json_format
    from google.protobuf.message import DecodeError

    try:
        message = method.reply.FromString(answer)
    except DecodeError as problem:
        raise ValueError(str(problem)) from None
    told: str = json_format.MessageToJson(message, indent=None, preserving_proto_field_name=True)
    return told.encode()


def _unsent(problem: Any, took: float, timeout: float) -> Reply:
    """Say why no message could be made of JSON."""
    if took >= timeout:  # the question was cut off, in whichever way
        return Reply(0, b"", b"", took, "timeout")
    if isinstance(problem, LookupError | ValueError):
        wrong = "not described" if isinstance(problem, LookupError) else "body does not fit"
        return Reply(0, b"", str(problem).encode(), took, wrong)
    failed = _failed(problem, took, timeout)
    return failed if failed.error else Reply(0, b"", failed.body, took, "not described")


def _failed(problem: Any, took: float, timeout: float) -> Reply:
    """Tell a status that the server answered with from a failure on the way, to which the library gives a status, too."""
    status, told = problem.code().name, problem.details() or ""
    low = told.lower()
    if status == "DEADLINE_EXCEEDED" and took >= timeout * 0.99:
        return Reply(0, b"", b"", took, "timeout")
    for said, kind in NO_ANSWER:
        if said in low:
            kind = "refused" if "connection refused" in low else "tls" if "handshak" in low or "ssl" in low else kind
            return Reply(0, b"", b"", took, kind)
    found = {**_text(problem.initial_metadata()), **_text(problem.trailing_metadata())}
    found["grpc-status"] = str(problem.code().value[0])
    return Reply(STATUSES[status], found, told.encode(), took)


def _text(metadata: Any) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value.hex() for name, value in metadata or ()}

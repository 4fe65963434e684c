"""A gRPC service on loopback whose description is made here: no compiler, no generated file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_reflection.v1alpha import reflection

SERVICE = "sample.Calculator"
ROUTE = f"/{SERVICE}"


def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="sample.proto", package="sample", syntax="proto3")
    for message, fields in (("Numbers", ("left", "right")), ("Sum", ("whole_sum",))):
        made = file.message_type.add(name=message)
        for number, field in enumerate(fields, 1):
            made.field.add(name=field, number=number, type="TYPE_INT32", label="LABEL_OPTIONAL")
    service = file.service.add(name="Calculator")
    for name in ("Add", "Refuse", "Hang", "Garbage"):
        service.method.add(name=name, input_type=".sample.Numbers", output_type=".sample.Sum")
    service.method.add(name="Count", input_type=".sample.Numbers", output_type=".sample.Sum", server_streaming=True)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


POOL = _pool()
Numbers: Any = message_factory.GetMessageClass(POOL.FindMessageTypeByName("sample.Numbers"))
Sum: Any = message_factory.GetMessageClass(POOL.FindMessageTypeByName("sample.Sum"))


async def _add(numbers: Any, context: Any) -> bytes:
    context.set_trailing_metadata((("x-seen", dict(context.invocation_metadata()).get("x-who", "nobody")),))
    answer: bytes = Sum(whole_sum=numbers.left + numbers.right).SerializeToString()
    return answer


async def _refuse(numbers: Any, context: Any) -> bytes:
    await context.abort(grpc.StatusCode.NOT_FOUND, "no such number")
    raise AssertionError


async def _hang(numbers: Any, context: Any) -> bytes:
    await asyncio.sleep(5)
    return b""


async def _garbage(numbers: Any, context: Any) -> bytes:
    return b"\xff\xff"


@asynccontextmanager
async def serving_grpc(*, described: bool = True, port: int = 0, credentials: Any = None) -> AsyncIterator[str]:
    """Serve; yields host and port."""
    server = grpc.aio.server()
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(function, request_deserializer=Numbers.FromString)
        for name, function in (("Add", _add), ("Refuse", _refuse), ("Hang", _hang), ("Garbage", _garbage))
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    if described:
        reflection.enable_server_reflection((SERVICE, reflection.SERVICE_NAME), server, POOL)
    address = f"127.0.0.1:{port}"
    found = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    await server.start()
    try:
        yield f"127.0.0.1:{found}"
    finally:
        await server.stop(0)
